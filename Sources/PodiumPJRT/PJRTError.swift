package import PodiumGraph
package import PodiumPrimitives

/// What can go wrong between us and a plug-in.
package struct PJRTError: DescribedError, Hashable, Sendable {
    package enum Code: String, Hashable, Sendable {
        /// No plug-in of this kind was found, or the file that was named is not there.
        case missing
        /// The file is no library that can be loaded, or no PJRT plug-in.
        case load
        /// The plug-in speaks a version of the C API that we do not.
        case version
        /// The plug-in found no device, or none that is free.
        case noDevice
        /// The compiler refused the program.
        case compile
        /// The device's memory does not hold what was asked.
        case memory
        /// The device did not answer in time.
        case timeout
        /// A transfer or a step failed on the device.
        case execution
    }

    package let code: Code
    /// What happened, where, and what to do about it, with the plug-in's own words.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var blame: Blame {
        code == .missing ? .world : .job
    }

    package var description: String { "\(code.rawValue): \(message)" }

    /// The error as an executor's protocol has it.
    package var asGraphError: GraphError {
        switch code {
        case .compile: GraphError(.unsupported, message)
        case .memory: GraphError(.memory, message)
        case .missing, .load, .version, .noDevice, .timeout, .execution: GraphError(.device, message)
        }
    }
}

/// Runs a body that talks to a plug-in where only `GraphError` may leave.
func forGraph<Result>(_ body: () throws(PJRTError) -> Result) throws(GraphError) -> Result {
    do {
        return try body()
    } catch {
        throw error.asGraphError
    }
}
