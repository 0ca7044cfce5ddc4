/// Dropout as an operation of its own, as on the classifier's pooled rows.
///
/// It is its own gradient.
///
/// Inputs: x [rows, width], random rows.
package struct ApplyDropout: Operation {
    package let dropout: RowDropout
    package let mnemonic = "dropout"

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] { [inputs[0]] }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        var output = inputs[0]
        let multipliers = dropout.multipliers(inputs[1...], rows: output.rows, width: output.columns)
        for index in output.values.indices { output.values[index] *= multipliers[index] }
        return [output]
    }

    package func gradients(of node: Node, from outputs: [Value?], in graph: inout Graph) -> [Value?] {
        guard let arriving = outputs[0] else { return node.inputs.map { _ in nil } }
        return [graph.apply(self, to: [arriving] + node.inputs[1...]).outputs[0]]
            + node.inputs.dropFirst().map { _ in nil }
    }
}

extension Graph {
    /// Dropout of [rows, width].
    ///
    /// Returns x itself without random rows or at rate 0.
    package mutating func dropout(_ x: Value, rate: Float, rows: RandomRows?) -> Value {
        guard let rows, let dropout = rowDropout(rate, rows) else { return x }
        return apply(ApplyDropout(dropout: dropout), to: [x] + rows.values).outputs[0]
    }
}
