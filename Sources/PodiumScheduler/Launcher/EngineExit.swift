package import PodiumCore

/// How an engine process ended.
package struct EngineExit: Sendable, Equatable {
    package enum Status: Sendable, Equatable {
        case exited(Int32)
        case signaled(Int32)
        /// It never ran.
        case notStarted(String)
    }

    package var status: Status
    /// The last lines that it wrote on standard error.
    package var lastWords: [String]

    package init(_ status: Status, lastWords: [String] = []) {
        self.status = status
        self.lastWords = lastWords
    }

    /// The class of an ending that the engine itself had nothing to say about.
    package var failure: FailureClass {
        switch status {
        case .exited: .crash
        // The kernel kills with SIGKILL when memory runs out, and says nothing.
        case .signaled(let signal): signal == 9 ? .outOfMemory : .crash
        case .notStarted: .infrastructure
        }
    }

    package var description: String {
        let what =
            switch status {
            case .exited(0): "the engine ended without a result"
            case .exited(let code): "the engine ended with status \(code)"
            case .signaled(9): "the engine was killed by signal 9, most often because memory ran out"
            case .signaled(let signal): "the engine was ended by signal \(signal)"
            case .notStarted(let why): "the engine could not be started: \(why)"
            }
        return lastWords.isEmpty ? what : what + "; it last said: " + lastWords.joined(separator: " | ")
    }
}
