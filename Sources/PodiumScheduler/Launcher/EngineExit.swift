package import PodiumCore

/// How an engine ended.
package struct EngineExit: Sendable, Equatable {
    package enum Status: Sendable, Equatable {
        case exited(Int32)
        case signaled(Int32)
        /// It never ran.
        case notStarted(String)
        /// One of several machines that it was to run on starts no programs any more, as mpirun says.
        case machineLost(String)
    }

    package var status: Status
    /// The last lines that it wrote on standard error.
    package var errorTail: [String]
    /// What shows that the kernel killed it because memory ran out; nil when nothing does.
    package var memoryEvidence: String?

    package init(_ status: Status, errorTail: [String] = [], memoryEvidence: String? = nil) {
        self.status = status
        self.errorTail = errorTail
        self.memoryEvidence = memoryEvidence
    }

    /// The class of an exit that the engine itself had nothing to say about.
    package var failure: FailureClass {
        switch status {
        case .exited: .crash
        case .signaled: memoryEvidence == nil ? .crash : .outOfMemory
        case .notStarted: .infrastructure
        case .machineLost: .workerLost
        }
    }

    package var description: String {
        var text =
            switch status {
            case .exited(0): "the engine ended without a result"
            case .exited(let code): "the engine ended with status \(code)"
            case .signaled(let signal): "the engine was ended by \(Self.name(ofSignal: signal))"
            case .notStarted(let why): "the engine could not be started: \(why)"
            case .machineLost(let why): "a machine of its worker is lost: \(why)"
            }
        if let memoryEvidence { text += " because memory ran out (\(memoryEvidence))" }
        return errorTail.isEmpty ? text : text + "; its standard error ends: " + errorTail.joined(separator: " | ")
    }

    /// `SIGKILL (signal 9)`; numbers as on Linux for x86-64 and arm64.
    static func name(ofSignal number: Int32) -> String {
        let names: [Int32: String] = [
            1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE",
            9: "SIGKILL", 10: "SIGUSR1", 11: "SIGSEGV", 12: "SIGUSR2", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM",
            24: "SIGXCPU", 25: "SIGXFSZ", 31: "SIGSYS",
        ]
        return names[number].map { "\($0) (signal \(number))" } ?? "signal \(number)"
    }
}
