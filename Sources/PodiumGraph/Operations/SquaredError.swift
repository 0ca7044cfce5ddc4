/// Mean of (prediction − target)².
///
/// Inputs: predictions [rows, 1], targets [rows], and the denominator, a scalar: the number of rows that the mean is over.
/// With several replicas the output is this replica's share of the mean.
package struct SquaredError: Operation {
    package let mnemonic = "squaredError"

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        precondition(inputs[0].shape[1] == 1, "predictions are [rows, 1], not \(inputs[0])")
        precondition(inputs[1] == TensorType(.float32, [inputs[0].shape[0]]), "one target per prediction")
        precondition(inputs[2] == TensorType(.float32, []), "the denominator is a float32 scalar")
        return [TensorType(.float32, [])]
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        let sum = zip(inputs[0].values, inputs[1].values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        return [Reference(scalar: sum / inputs[2].values[0])]
    }

    package func gradients(of node: Node, from outputs: [Value?], in graph: inout Graph) -> [Value?] {
        guard let arriving = outputs[0] else { return [nil, nil, nil] }
        return [graph.apply(SquaredErrorGradient(), to: [arriving] + node.inputs).outputs[0], nil, nil]
    }
}

/// Gradient of the predictions.
///
/// Inputs: loss gradient (scalar), predictions, targets, denominator.
package struct SquaredErrorGradient: Operation {
    package let mnemonic = "squaredErrorGradient"

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] { [inputs[1]] }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        var gradient = inputs[1]
        let factor = 2 * inputs[0].values[0] / inputs[3].values[0]
        for index in gradient.values.indices {
            gradient.values[index] = factor * (gradient.values[index] - inputs[2].values[index])
        }
        return [gradient]
    }
}

extension Graph {
    /// Mean of (prediction − target)², predictions [rows, 1], targets [rows].
    package mutating func squaredError(_ predictions: Value, targets: Value) -> Value {
        let count = denominator(.rows, of: [targets])
        return apply(SquaredError(), to: [predictions, targets, count]).outputs[0]
    }
}
