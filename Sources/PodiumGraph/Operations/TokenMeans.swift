/// Mean of the tokens' rows of each packed sequence.
///
/// Inputs: x [tokens, width], offsets int32 [sequences + 1]. Output: [sequences, width].
package struct SequenceMean: Operation {
    package let mnemonic = "sequenceMean"

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        [TensorType(.float32, [inputs[1].shape[0] + -1, inputs[0].shape[1]])]
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        var output = Reference(zeros: [inputs[1].values.count - 1, inputs[0].columns])
        for sequence in 0..<output.rows {
            let tokens = inputs[1].integer(sequence)..<inputs[1].integer(sequence + 1)
            for column in 0..<output.columns {
                output[sequence, column] = tokens.reduce(0) { $0 + inputs[0][$1, column] } / Double(tokens.count)
            }
        }
        return [output]
    }

    package func gradients(of node: Node, from outputs: [Value?], in graph: inout Graph) -> [Value?] {
        guard let arriving = outputs[0] else { return [nil, nil] }
        let gradient = SequenceMeanGradient(tokens: node.inputs[0].shape[0])
        return [graph.apply(gradient, to: [arriving, node.inputs[1]]).outputs[0], nil]
    }
}

/// Gradient of the tokens' rows: the sequence's, divided by its length.
///
/// Inputs: gradient [sequences, width], offsets. Output: [tokens, width].
package struct SequenceMeanGradient: Operation {
    package let tokens: Dimension
    package let mnemonic = "sequenceMeanGradient"

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        [TensorType(.float32, [tokens, inputs[0].shape[1]])]
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        let offsets = inputs[1]
        var output = Reference(zeros: [Int(offsets.values[offsets.values.count - 1]), inputs[0].columns])
        for sequence in 0..<offsets.values.count - 1 {
            let tokens = offsets.integer(sequence)..<offsets.integer(sequence + 1)
            for token in tokens {
                for column in 0..<output.columns {
                    output[token, column] = inputs[0][sequence, column] / Double(tokens.count)
                }
            }
        }
        return [output]
    }
}

/// Mean of the rows of a token's neighbours in its sequence, without its own: the bag of a token's context.
///
/// A token without neighbours has zeros. Inputs: x [tokens, width], offsets int32 [sequences + 1].
package struct WindowMean: Operation {
    /// How far away neighbours may be.
    package let radius: Int
    /// Whether it is the transpose, the gradient's map: a neighbour's row is divided by the neighbour's own number of
    /// neighbours.
    package let isTransposed: Bool
    package let mnemonic = "windowMean"

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] { [inputs[0]] }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        var output = Reference(zeros: inputs[0].shape)
        for sequence in 0..<inputs[1].values.count - 1 {
            let tokens = inputs[1].integer(sequence)..<inputs[1].integer(sequence + 1)
            for token in tokens {
                for neighbour in neighbours(of: token, in: tokens) where neighbour != token {
                    let owner = isTransposed ? neighbour : token
                    let count = Double(neighbours(of: owner, in: tokens).count - 1)
                    for column in 0..<output.columns { output[token, column] += inputs[0][neighbour, column] / count }
                }
            }
        }
        return [output]
    }

    /// The tokens within the radius, the token itself included.
    package func neighbours(of token: Int, in tokens: Range<Int>) -> Range<Int> {
        max(tokens.lowerBound, token - radius)..<min(tokens.upperBound, token + radius + 1)
    }

    package func gradients(of node: Node, from outputs: [Value?], in graph: inout Graph) -> [Value?] {
        guard let arriving = outputs[0] else { return [nil, nil] }
        let transpose = WindowMean(radius: radius, isTransposed: !isTransposed)
        return [graph.apply(transpose, to: [arriving, node.inputs[1]]).outputs[0], nil]
    }
}

extension Graph {
    /// Mean of each packed sequence's rows: float32 [sequences, width] of [tokens, width].
    package mutating func sequenceMean(_ x: Value, of sequences: PackedSequences) -> Value {
        apply(SequenceMean(), to: [x, sequences.offsets]).outputs[0]
    }

    /// Mean of the rows of each token's neighbours, at most `radius` away, without its own: float32 [tokens, width].
    package mutating func windowMean(_ x: Value, radius: Int, sequences: PackedSequences) -> Value {
        apply(WindowMean(radius: radius, isTransposed: false), to: [x, sequences.offsets]).outputs[0]
    }
}
