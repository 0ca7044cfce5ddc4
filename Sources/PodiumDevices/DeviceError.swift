package import PodiumPrimitives

/// Why a device cannot be had, or a step cannot be planned.
package struct DeviceError: DescribedError, Sendable {
    package enum Code: String, Sendable {
        /// What was asked for makes no sense.
        case invalidRequest
        /// Files or folders cannot be read or written.
        case fileSystem
    }

    package let code: Code
    /// What happened, where, and what to do.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var blame: Blame {
        code == .fileSystem ? .world : .input
    }
}
