/// One kind of node: its shape rule, its meaning, and its gradient.
///
/// An operation has the granularity of a fused kernel. It is a value that holds the attributes; its operands belong
/// to the `Node`. CONTRIBUTING.md lists every place that a new operation touches.
package protocol Operation: Sendable {
    /// The name shown in listings, and by which tests count operations.
    var mnemonic: String { get }

    /// Names of the outputs. Outputs after the first are residuals for the gradients; an executor need not compute an
    /// output that no node reads.
    var outputNames: [String] { get }

    /// Shape rule: the outputs' types for the inputs' types. Shapes that do not fit fail a `precondition`.
    func outputTypes(_ inputs: [TensorType]) -> [TensorType]

    /// Meaning: the outputs in naive float64 arithmetic, in the order of `outputNames`.
    func evaluate(_ inputs: [Reference]) -> [Reference]

    /// Reverse rule: gradients for the node's inputs, as further nodes of the same graph.
    ///
    /// - Parameters:
    ///   - node: the node with this operation.
    ///   - outputs: gradients that arrive at the node's outputs; `nil` where none does.
    /// - Returns: one entry per input, `nil` where no gradient flows (indices, labels, seeds).
    func gradients(of node: Node, from outputs: [Value?], in graph: inout Graph) -> [Value?]
}

extension Operation {
    package var outputNames: [String] { ["output"] }

    package func gradients(of node: Node, from outputs: [Value?], in graph: inout Graph) -> [Value?] {
        preconditionFailure("\(mnemonic) has no gradient")
    }
}

/// An operation applied to values.
package struct Node: Sendable {
    package let operation: any Operation
    package let inputs: [Value]
    package let outputs: [Value]

    package init(operation: any Operation, inputs: [Value], outputs: [Value]) {
        (self.operation, self.inputs, self.outputs) = (operation, inputs, outputs)
    }

    /// The output of a given name, as declared by the operation.
    package subscript(_ output: String) -> Value {
        guard let index = operation.outputNames.firstIndex(of: output) else {
            preconditionFailure("\(operation.mnemonic) has no output named \(output)")
        }
        return outputs[index]
    }
}
