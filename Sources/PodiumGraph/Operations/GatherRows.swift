/// Rows gathered by index: masked positions, a sequence's first or last token.
///
/// Inputs: x [rows, width], indices int32 [picked].
package struct GatherRows: Operation {
    package let mnemonic = "gatherRows"

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        precondition(inputs[1].element == .int32 && inputs[1].shape.count == 1, "row indices are an int32 vector")
        return [TensorType(.float32, [inputs[1].shape[0], inputs[0].shape[1]])]
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        var output = Reference(zeros: [inputs[1].values.count, inputs[0].columns])
        for row in 0..<output.rows {
            for column in 0..<output.columns { output[row, column] = inputs[0][inputs[1].integer(row), column] }
        }
        return [output]
    }

    package func gradients(of node: Node, from outputs: [Value?], in graph: inout Graph) -> [Value?] {
        guard let arriving = outputs[0] else { return [nil, nil] }
        return [graph.apply(ScatterRows(), to: [arriving, node.inputs[1], node.inputs[0]]).outputs[0], nil]
    }
}

/// Adds rows into a tensor of zeros; rows with the same index add up.
///
/// Inputs: x [picked, width], indices int32 [picked], and a tensor that has the result's shape; its elements are not
/// read.
package struct ScatterRows: Operation {
    package let mnemonic = "scatterRows"

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] { [inputs[2]] }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        var output = Reference(zeros: inputs[2].shape)
        for row in 0..<inputs[0].rows {
            for column in 0..<output.columns { output[inputs[1].integer(row), column] += inputs[0][row, column] }
        }
        return [output]
    }
}

/// Row of each sequence's first or last token.
///
/// Input: offsets int32 [sequences + 1].
package struct SequenceEnds: Operation {
    package enum End: Hashable, Sendable { case first, last }
    package let end: End
    package let mnemonic = "sequenceEnds"

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] { [TensorType(.int32, [inputs[0].shape[0] + -1])] }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        let offsets = inputs[0].values
        let ends = end == .first ? Array(offsets.dropLast()) : offsets.dropFirst().map { $0 - 1 }
        return [Reference(ends, shape: [ends.count])]
    }
}

extension Graph {
    /// Rows of x [rows, width] at int32 indices [picked].
    package mutating func gatherRows(_ x: Value, at indices: Value) -> Value {
        apply(GatherRows(), to: [x, indices]).outputs[0]
    }

    /// Each sequence's first token's row (`[CLS]`), of x [tokens, width].
    package mutating func firstTokens(_ x: Value, of sequences: PackedSequences) -> Value {
        gatherRows(x, at: apply(SequenceEnds(end: .first), to: [sequences.offsets]).outputs[0])
    }

    /// Each sequence's last token's row, of x [tokens, width].
    package mutating func lastTokens(_ x: Value, of sequences: PackedSequences) -> Value {
        gatherRows(x, at: apply(SequenceEnds(end: .last), to: [sequences.offsets]).outputs[0])
    }
}
