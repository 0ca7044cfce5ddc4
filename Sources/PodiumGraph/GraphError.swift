package import PodiumPrimitives

/// What can go wrong between a graph and the values fed to it.
///
/// Mistakes in *building* a graph (shapes that do not fit) are bugs and stop the program by `precondition`.
/// Everything that depends on fed values or the machine is an error of this type.
package struct GraphError: DescribedError, Hashable, Sendable {
    package enum Code: String, Hashable, Sendable {
        /// An input of the graph was not fed, or a name was fed that the graph does not have.
        case feed
        /// A fed or written tensor has another shape or element type than the graph says.
        case shape
        /// A variable of this name does not exist.
        case unknownVariable
        /// Fed values are out of range: token ids beyond the vocabulary, offsets that run backwards.
        case value
        /// The machine or executor lacks something: an instruction set, a kernel, a lowering.
        case unsupported
        /// The device does not have enough memory.
        case memory
        /// The device failed, hangs or is gone; another attempt may succeed.
        case device
    }

    package let code: Code
    /// What happened, where, and what to do about it.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var blame: Blame {
        .job
    }

    package var description: String { "\(code.rawValue): \(message)" }
}
