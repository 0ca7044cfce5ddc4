import Foundation
import PodiumBERT
import PodiumBench
import PodiumCore
import PodiumData
import PodiumDevices
import PodiumEval
import PodiumExperiments
import PodiumFiles
import PodiumGraph
import PodiumJobs
import PodiumLibrary
import PodiumPJRT
import PodiumReport
import PodiumSpec
import PodiumStore
import PodiumText

/// What a script can tell from how Podium ended.
enum ExitStatus: Int32 {
    case done = 0
    /// The job or check failed.
    case failed = 1
    /// Wrong usage or a bad input file.
    case usage = 2
    /// Database, network or file-system trouble.
    case trouble = 3
    case interrupted = 130
}

/// An end that the user is told about in one message.
struct Failure: Error {
    let status: ExitStatus
    let message: String

    init(_ status: ExitStatus, _ message: String) {
        self.status = status
        self.message = message
    }
}

extension Failure {
    /// The rooms' errors as one message and a status; nil for what is none of theirs.
    init?(describing error: any Error) {
        switch error {
        case let error as Failure: self = error
        case let error as SpecError: self.init(.usage, error.description)
        case let error as StoreError: self.init(error.code == .value ? .usage : .trouble, error.description)
        case let error as LibraryError:
            self.init(error.code == .unreachable || error.code == .fileSystem ? .trouble : .usage, error.message)
        case let error as ExperimentError:
            switch error.code {
            case .invalidRequest: self.init(.usage, error.message)
            case .failed: self.init(.failed, error.message)
            case .fileSystem: self.init(.trouble, error.message)
            }
        case let error as DeviceError: self.init(error.code == .fileSystem ? .trouble : .usage, error.message)
        case let error as BenchError: self.init(error.code == .input ? .usage : .failed, error.message)
        case let error as DataError: self.init(error.code == .unreadable ? .trouble : .usage, error.message)
        case let error as EvalError: self.init(.usage, error.message)
        case let error as FileError: self.init(error.code == .writeFailed ? .trouble : .usage, error.message)
        case let error as TextError: self.init(.usage, error.message)
        case let error as BERTError: self.init(error.code == .writeFailed ? .trouble : .usage, error.message)
        case let error as ReportError:
            let findings = error.findings.map { "line \($0.line): \($0.message)" }
            self.init(
                error.code == .fileSystem ? .trouble : .failed,
                ([error.message] + findings).joined(separator: "\n")
            )
        case let error as JobError: self.init(error.failure == .infrastructure ? .trouble : .failed, error.message)
        case let error as PJRTError: self.init(error.code == .missing ? .trouble : .failed, error.message)
        case let error as GraphError: self.init(.failed, error.message)
        case is CancellationError: self.init(.interrupted, "interrupted")
        case let error as CocoaError: self.init(.trouble, error.localizedDescription)
        default: return nil
        }
    }
}
