import Foundation

/// Cross entropy of softmax(logits) with integer labels, averaged over rows.
///
/// Inputs: logits [rows, classes], labels int32 [rows], weights [rows] if weighted, and the denominator, a scalar: the
/// number of labels ≥ 0 or the sum of weights that the average is over. The residuals are each row's `logSumExp` and
/// `share`, its weight in the average. With several replicas the output is this replica's share of the average.
package struct SoftmaxCrossEntropy: Operation {
    package enum Average: Hashable, Sendable {
        /// Mean over rows with a label ≥ 0; others are ignored.
        case mean
        /// Σ weight · loss ÷ (Σ weight + 1e-5), as the release averages masked positions.
        case weighted
    }

    package let average: Average
    package let mnemonic = "softmaxCrossEntropy"
    package let outputNames = ["output", "logSumExp", "share"]
    /// Index of the denominator among the inputs.
    package var denominatorIndex: Int { average == .weighted ? 3 : 2 }
    /// Added to the sum of weights.
    package static let weightEpsilon = 1e-5

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        let rows = inputs[0].shape[0]
        precondition(inputs[1] == TensorType(.int32, [rows]), "labels are int32 [\(rows)], not \(inputs[1])")
        precondition(average == .mean || inputs[2].shape == [rows], "one weight per row")
        precondition(inputs[denominatorIndex] == TensorType(.float32, []), "the denominator is a float32 scalar")
        let perRow = TensorType(.float32, [rows])
        return [TensorType(.float32, []), perRow, perRow]
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        let logits = inputs[0]
        var logSumExp = Reference(zeros: [logits.rows])
        var share = Reference(zeros: [logits.rows])
        for row in 0..<logits.rows {
            share.values[row] = inputs[1].values[row] < 0 ? 0 : average == .weighted ? inputs[2].values[row] : 1
        }
        let total = inputs[denominatorIndex].values[0] + (average == .weighted ? Self.weightEpsilon : 0)
        var loss = 0.0
        for row in 0..<logits.rows {
            let elements = (0..<logits.columns).map { logits[row, $0] }
            let maximum = elements.reduce(-Double.infinity, max)
            logSumExp.values[row] = maximum + log(elements.reduce(0) { $0 + exp($1 - maximum) })
            guard share.values[row] != 0 else { continue }
            share.values[row] /= total
            loss += share.values[row] * (logSumExp.values[row] - logits[row, inputs[1].integer(row)])
        }
        return [Reference(scalar: loss), logSumExp, share]
    }

    package func gradients(of node: Node, from outputs: [Value?], in graph: inout Graph) -> [Value?] {
        guard let arriving = outputs[0] else { return node.inputs.map { _ in nil } }
        let inputs = [arriving, node.inputs[0], node.inputs[1], node["logSumExp"], node["share"]]
        let gradient = graph.apply(SoftmaxCrossEntropyGradient(), to: inputs).outputs[0]
        return [gradient] + node.inputs.dropFirst().map { _ in nil }
    }
}

/// Gradient of the logits: share · (softmax − one-hot), times the loss's gradient.
///
/// Inputs: loss gradient (scalar), logits, labels, logSumExp, share.
package struct SoftmaxCrossEntropyGradient: Operation {
    package let mnemonic = "softmaxCrossEntropyGradient"

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] { [inputs[1]] }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        var gradient = inputs[1]
        for row in 0..<gradient.rows {
            let share = inputs[4].values[row] * inputs[0].values[0]
            for column in 0..<gradient.columns {
                let probability = exp(gradient[row, column] - inputs[3].values[row])
                gradient[row, column] = share * (probability - (column == inputs[2].integer(row) ? 1 : 0))
            }
        }
        return [gradient]
    }
}

extension Graph {
    /// Mean cross entropy over rows with a label ≥ 0; zero if there are none.
    ///
    /// - Parameters:
    ///   - logits: float32 [rows, classes].
    ///   - labels: int32 [rows].
    package mutating func softmaxCrossEntropy(_ logits: Value, labels: Value) -> Value {
        let count = denominator(.labels, of: [labels])
        return apply(SoftmaxCrossEntropy(average: .mean), to: [logits, labels, count]).outputs[0]
    }

    /// Σ weight · cross entropy ÷ (Σ weight + 1e-5); weights are float32 [rows].
    package mutating func softmaxCrossEntropy(_ logits: Value, labels: Value, weights: Value) -> Value {
        let count = denominator(.weights, of: [labels, weights])
        return apply(SoftmaxCrossEntropy(average: .weighted), to: [logits, labels, weights, count]).outputs[0]
    }
}
