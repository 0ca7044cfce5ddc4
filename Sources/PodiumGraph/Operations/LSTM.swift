import Foundation

/// A long short-term memory along each packed sequence, in one direction (Hochreiter 1997; gates as PyTorch's `nn.LSTM`).
///
/// With z the input's projection: i, f, o = σ(z + R·h′), g = tanh(z + R·h′); c = f·c′ + i·g; h = o·tanh(c), where c′ and h′
/// are the previous token's, 0 at a sequence's start. Inputs: z [tokens, 4·width] (i | f | g | o, bias included),
/// recurrent weight R [4·width, width], offsets int32 [sequences + 1]. Outputs: h [tokens, width]; the residuals are the
/// gates after their activations, [tokens, 4·width], and the cells c, [tokens, width].
package struct LSTM: Operation {
    /// Whether sequences run from their last token to their first.
    package let isReversed: Bool
    package let mnemonic = "lstm"
    package let outputNames = ["output", "gates", "cells"]

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        let width = inputs[0].shape[1].fixed / 4
        precondition(
            inputs[1].shape.map(\.fixed) == [4 * width, width],
            "the recurrent weight \(inputs[1]) does not fit \(inputs[0])"
        )
        let state = TensorType(.float32, [inputs[0].shape[0], Dimension(width)])
        return [state, inputs[0], state]
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        let (z, weight) = (inputs[0], inputs[1])
        let width = z.columns / 4
        var output = Reference(zeros: [z.rows, width])
        var (cells, gates) = (output, Reference(zeros: z.shape))
        forEachToken(offsets: inputs[2]) { token, previous in
            for column in 0..<4 * width {
                var sum = z[token, column]
                if let previous {
                    for part in 0..<width { sum += weight[column, part] * output[previous, part] }
                }
                gates[token, column] = column / width == 2 ? tanh(sum) : 1 / (1 + exp(-sum))
            }
            for column in 0..<width {
                let (i, f) = (gates[token, column], gates[token, width + column])
                let (g, o) = (gates[token, 2 * width + column], gates[token, 3 * width + column])
                cells[token, column] = f * (previous.map { cells[$0, column] } ?? 0) + i * g
                output[token, column] = o * tanh(cells[token, column])
            }
        }
        return [output, gates, cells]
    }

    /// Every token in the order of computation, with the token that it depends on.
    func forEachToken(offsets: Reference, _ body: (_ token: Int, _ previous: Int?) -> Void) {
        for sequence in 0..<offsets.values.count - 1 {
            let tokens = Array(offsets.integer(sequence)..<offsets.integer(sequence + 1))
            var previous: Int?
            for token in isReversed ? tokens.reversed() : tokens {
                body(token, previous)
                previous = token
            }
        }
    }

    package func gradients(of node: Node, from outputs: [Value?], in graph: inout Graph) -> [Value?] {
        guard let arriving = outputs[0] else { return node.inputs.map { _ in nil } }
        let (weight, offsets) = (node.inputs[1], node.inputs[2])
        let z = graph.apply(
            LSTMGradient(isReversed: isReversed),
            to: [arriving, node["gates"], node["cells"], weight, offsets]
        ).outputs[0]
        let previous = graph.apply(ShiftTokens(isReversed: isReversed), to: [node["output"], offsets]).outputs[0]
        let recurrent = graph.apply(Matmul(form: .firstTransposed), to: [z, previous]).outputs[0]
        return [z, recurrent, nil]
    }
}

/// Gradient of `LSTM`'s z, through time.
///
/// Inputs: gradient [tokens, width], gates, cells, recurrent weight, offsets. Output: [tokens, 4·width].
package struct LSTMGradient: Operation {
    package let isReversed: Bool
    package let mnemonic = "lstmGradient"

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] { [inputs[1]] }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        let (arriving, gates, cells, weight) = (inputs[0], inputs[1], inputs[2], inputs[3])
        let width = arriving.columns
        var result = Reference(zeros: gates.shape)
        // Gradients that reach a token's h and c from the token after it.
        var (hidden, carry) = (arriving, Reference(zeros: arriving.shape))
        var order: [(token: Int, previous: Int?)] = []
        LSTM(isReversed: isReversed).forEachToken(offsets: inputs[4]) { order.append(($0, $1)) }
        for (token, previous) in order.reversed() {
            for column in 0..<width {
                let (i, f) = (gates[token, column], gates[token, width + column])
                let (g, o) = (gates[token, 2 * width + column], gates[token, 3 * width + column])
                let squashed = tanh(cells[token, column])
                let cell = carry[token, column] + hidden[token, column] * o * (1 - squashed * squashed)
                let before = previous.map { cells[$0, column] } ?? 0
                result[token, column] = cell * g * i * (1 - i)
                result[token, width + column] = cell * before * f * (1 - f)
                result[token, 2 * width + column] = cell * i * (1 - g * g)
                result[token, 3 * width + column] = hidden[token, column] * squashed * o * (1 - o)
                if let previous { carry[previous, column] = cell * f }
            }
            guard let previous else { continue }
            for part in 0..<width {
                hidden[previous, part] += (0..<4 * width).reduce(0) { $0 + result[token, $1] * weight[$1, part] }
            }
        }
        return [result]
    }
}

/// Each token's row becomes the previous token's of its sequence, zeros for the first; reversed, the next token's.
///
/// Inputs: x [tokens, width], offsets int32 [sequences + 1].
package struct ShiftTokens: Operation {
    package let isReversed: Bool
    package let mnemonic = "shiftTokens"

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] { [inputs[0]] }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        var output = Reference(zeros: inputs[0].shape)
        LSTM(isReversed: isReversed).forEachToken(offsets: inputs[1]) { token, previous in
            guard let previous else { return }
            for column in 0..<output.columns { output[token, column] = inputs[0][previous, column] }
        }
        return [output]
    }

    package func gradients(of node: Node, from outputs: [Value?], in graph: inout Graph) -> [Value?] {
        guard let arriving = outputs[0] else { return [nil, nil] }
        return [graph.apply(ShiftTokens(isReversed: !isReversed), to: [arriving, node.inputs[1]]).outputs[0], nil]
    }
}

extension Graph {
    /// A recurrent layer along each packed sequence.
    ///
    /// - Parameters:
    ///   - projection: float32 [tokens, 4·width], the input times its weight, plus bias: i | f | g | o.
    ///   - recurrentWeight: float32 [4·width, width].
    /// - Returns: float32 [tokens, width].
    package mutating func lstm(
        _ projection: Value,
        recurrentWeight: Value,
        sequences: PackedSequences,
        isReversed: Bool = false
    ) -> Value {
        apply(LSTM(isReversed: isReversed), to: [projection, recurrentWeight, sequences.offsets]).outputs[0]
    }
}
