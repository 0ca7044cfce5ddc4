import Foundation

/// Cross entropy of answer spans: softmax over each sequence's own tokens, for starts and for ends.
///
/// Inputs: logits [tokens, 2] (start | end), offsets int32 [sequences + 1], starts and ends int32 [sequences], counted
/// from the sequence's first token, and the denominators [2]: the numbers of starts and of ends that the means are over.
/// The loss is the mean of the starts' mean and the ends' mean; with several replicas, this replica's share of it. The
/// residuals are `logSumExp` [sequences, 2] and `share` [sequences, 2], each term's weight in the loss.
package struct SpanCrossEntropy: Operation {
    /// What a position outside its sequence counts as.
    package enum Outside: Hashable, Sendable {
        /// No term of the loss.
        case ignored
        /// The first token, which stands for "no answer".
        case first
    }

    package let outside: Outside
    package let mnemonic = "spanCrossEntropy"
    package let outputNames = ["output", "logSumExp", "share"]

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        precondition(inputs[0].shape[1] == 2, "span logits are [tokens, 2], not \(inputs[0])")
        let sequences = inputs[1].shape[0] + -1
        let positions = TensorType(.int32, [sequences])
        precondition(inputs[2] == positions && inputs[3] == positions, "one start and one end per sequence")
        precondition(inputs[4] == TensorType(.float32, [2]), "one denominator for starts and one for ends")
        let terms = TensorType(.float32, [sequences, 2])
        return [TensorType(.float32, []), terms, terms]
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        let sequences = inputs[1].values.count - 1
        var logSumExp = Reference(zeros: [sequences, 2])
        var share = Reference(zeros: [sequences, 2])
        var loss = 0.0
        for side in 0..<2 {
            let targets = (0..<sequences).map { Self.target(inputs[1...], $0, side, outside) }
            let counted = inputs[4].values[side]
            for sequence in 0..<sequences {
                let rows = inputs[1].integer(sequence)..<inputs[1].integer(sequence + 1)
                let maximum = rows.reduce(-Double.infinity) { max($0, inputs[0][$1, side]) }
                logSumExp[sequence, side] = maximum + log(rows.reduce(0) { $0 + exp(inputs[0][$1, side] - maximum) })
                guard let target = targets[sequence] else { continue }
                share[sequence, side] = 0.5 / counted
                loss += share[sequence, side] * (logSumExp[sequence, side] - inputs[0][rows.lowerBound + target, side])
            }
        }
        return [Reference(scalar: loss), logSumExp, share]
    }

    /// The position of a sequence's target, or nil if it does not count.
    ///
    /// - Parameter inputs: offsets, starts and ends.
    static func target(_ inputs: ArraySlice<Reference>, _ sequence: Int, _ side: Int, _ outside: Outside) -> Int? {
        let (offsets, targets) = (inputs[inputs.startIndex], inputs[inputs.startIndex + 1 + side])
        let position = targets.integer(sequence)
        let length = offsets.integer(sequence + 1) - offsets.integer(sequence)
        if (0..<length).contains(position) { return position }
        return outside == .first ? 0 : nil
    }

    package func gradients(of node: Node, from outputs: [Value?], in graph: inout Graph) -> [Value?] {
        guard let arriving = outputs[0] else { return node.inputs.map { _ in nil } }
        let inputs = [arriving] + node.inputs[..<4] + [node["logSumExp"], node["share"]]
        return [graph.apply(SpanCrossEntropyGradient(), to: inputs).outputs[0], nil, nil, nil, nil]
    }
}

/// Gradient of the span logits.
///
/// Inputs: loss gradient (scalar), logits, offsets, starts, ends, logSumExp, share.
package struct SpanCrossEntropyGradient: Operation {
    package let mnemonic = "spanCrossEntropyGradient"

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] { [inputs[1]] }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        var gradient = inputs[1]
        for side in 0..<2 {
            for sequence in 0..<inputs[2].values.count - 1 {
                let rows = inputs[2].integer(sequence)..<inputs[2].integer(sequence + 1)
                let position = inputs[3 + side].integer(sequence)
                let target = rows.lowerBound + ((0..<rows.count).contains(position) ? position : 0)
                let share = inputs[6][sequence, side] * inputs[0].values[0]
                for row in rows {
                    let probability = exp(gradient[row, side] - inputs[5][sequence, side])
                    gradient[row, side] = share * (probability - (row == target ? 1 : 0))
                }
            }
        }
        return [gradient]
    }
}

extension Graph {
    /// Mean of the cross entropies of starts and ends, each over its sequence's own tokens.
    ///
    /// - Parameters:
    ///   - logits: float32 [tokens, 2], start | end.
    ///   - starts, ends: int32 [sequences], counted from the sequence's first token.
    package mutating func spanCrossEntropy(
        _ logits: Value,
        sequences: PackedSequences,
        starts: Value,
        ends: Value,
        outside: SpanCrossEntropy.Outside = .ignored
    ) -> Value {
        let spans = [sequences.offsets, starts, ends]
        let counts = denominator(.spans(outside), of: spans)
        return apply(SpanCrossEntropy(outside: outside), to: [logits] + spans + [counts]).outputs[0]
    }
}
