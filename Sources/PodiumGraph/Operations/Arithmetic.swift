/// A scalar known when the graph is built.
package struct Constant: Operation {
    package let value: Float
    package let mnemonic = "constant"

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] { [TensorType(.float32, [])] }
    package func evaluate(_ inputs: [Reference]) -> [Reference] { [Reference(scalar: Double(value))] }
    package func gradients(of node: Node, from outputs: [Value?], in graph: inout Graph) -> [Value?] { [] }
}

/// Element-wise sum of two tensors of one shape.
package struct Add: Operation {
    package let mnemonic = "add"

    package init() {}

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        precondition(
            inputs[0] == inputs[1] && inputs[0].element == .float32,
            "cannot add \(inputs[0]) and \(inputs[1])"
        )
        return [inputs[0]]
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        [Reference(zip(inputs[0].values, inputs[1].values).map { $0 + $1 }, shape: inputs[0].shape)]
    }

    package func gradients(of node: Node, from outputs: [Value?], in graph: inout Graph) -> [Value?] {
        [outputs[0], outputs[0]]
    }
}

/// A tensor times a constant.
package struct Scale: Operation {
    package let factor: Float
    package let mnemonic = "scale"

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        precondition(inputs[0].element == .float32, "cannot scale \(inputs[0])")
        return [inputs[0]]
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] { [inputs[0].map { $0 * Double(factor) }] }

    package func gradients(of node: Node, from outputs: [Value?], in graph: inout Graph) -> [Value?] {
        [outputs[0].map { graph.scale($0, by: factor) }]
    }
}

extension Graph {
    /// Element-wise sum; also the sum of two losses.
    package mutating func add(_ left: Value, _ right: Value) -> Value { apply(Add(), to: [left, right]).outputs[0] }

    /// x times a constant.
    package mutating func scale(_ x: Value, by factor: Float) -> Value {
        apply(Scale(factor: factor), to: [x]).outputs[0]
    }
}
