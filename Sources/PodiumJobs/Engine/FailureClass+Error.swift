import PodiumBERT
package import PodiumCore
import PodiumData
import PodiumEval
import PodiumFiles
import PodiumGraph
import PodiumPretraining
import PodiumText

extension FailureClass {
    /// What an error of a job says about another attempt.
    package init(of error: any Error) {
        self =
            switch error {
            case let error as JobError: error.failure
            case is Divergence: .diverged
            case let error as BERTError:
                switch error.code {
                case .writeFailed: .infrastructure
                case .file, .malformed, .mismatch, .invalidRequest: .input
                }
            case let error as FileError: error.code == .writeFailed ? .infrastructure : .input
            case let error as GraphError:
                switch error.code {
                case .memory: .outOfMemory
                case .device: .infrastructure
                case .feed, .shape, .unknownVariable, .value, .unsupported: .input
                }
            case let error as PretrainingDataError:
                switch error.code {
                case .writeFailed, .stopped: .infrastructure
                case .file, .corpus, .vocabulary, .option, .malformed: .input
                }
            case is TextError, is DataError, is EvalError: .input
            default: .infrastructure
            }
    }
}
