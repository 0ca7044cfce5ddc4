import Foundation
import PodiumPrimitives

/// Why the command ends: one message for the user and a status for scripts.
struct Failure: Error {
    let status: ExitStatus
    let message: String

    init(_ status: ExitStatus, _ message: String) {
        self.status = status
        self.message = message
    }
}

extension Failure {
    /// Any room's error as one message and a status; nil for other errors.
    init?(describing error: any Error) {
        switch error {
        case let error as Failure: self = error
        case let error as any DescribedError: self.init(ExitStatus(error.blame), error.description)
        case is CancellationError: self.init(.interrupted, "interrupted")
        case let error as CocoaError: self.init(.trouble, Self.text(of: error))
        default: return nil
        }
    }

    /// Foundation's words for people leave out which file they are about.
    private static func text(of error: CocoaError) -> String {
        let reason = (error.underlying as? POSIXError).map { String(cString: strerror($0.code.rawValue)) }
        let path = error.filePath ?? error.url?.path
        return [path, reason ?? error.localizedDescription].compactMap(\.self).joined(separator: ": ")
    }
}
