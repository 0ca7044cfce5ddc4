/// Tensors side by side along the last dimension.
///
/// Inputs: two or more [rows, width], widths may differ.
package struct Concatenate: Operation {
    package let mnemonic = "concatenate"

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        let rows = inputs[0].shape[0]
        precondition(inputs.allSatisfy { $0.shape.count == 2 && $0.shape[0] == rows }, "tensors of different rows")
        return [TensorType(.float32, [rows, Dimension(inputs.reduce(0) { $0 + $1.shape[1].fixed })])]
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        let rows = inputs[0].rows
        let values = (0..<rows).flatMap { row in
            inputs.flatMap { input in (0..<input.columns).map { input[row, $0] } }
        }
        return [Reference(values, shape: [rows, inputs.reduce(0) { $0 + $1.columns }])]
    }

    package func gradients(of node: Node, from outputs: [Value?], in graph: inout Graph) -> [Value?] {
        guard let arriving = outputs[0] else { return node.inputs.map { _ in nil } }
        var first = 0
        return node.inputs.map { input in
            defer { first += input.width }
            return graph.apply(SliceColumns(columns: first..<first + input.width), to: [arriving]).outputs[0]
        }
    }
}

/// A range of columns of [rows, width].
package struct SliceColumns: Operation {
    package let columns: Range<Int>
    package let mnemonic = "sliceColumns"

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        precondition(columns.upperBound <= inputs[0].shape[1].fixed, "columns \(columns) of \(inputs[0])")
        return [TensorType(.float32, [inputs[0].shape[0], Dimension(columns.count)])]
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        let values = (0..<inputs[0].rows).flatMap { row in columns.map { inputs[0][row, $0] } }
        return [Reference(values, shape: [inputs[0].rows, columns.count])]
    }
}

extension Graph {
    /// Tensors [rows, width] side by side.
    package mutating func concatenate(_ tensors: [Value]) -> Value { apply(Concatenate(), to: tensors).outputs[0] }
}
