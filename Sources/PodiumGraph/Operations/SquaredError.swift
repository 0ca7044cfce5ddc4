/// Mean of (prediction − target)².
///
/// Inputs: predictions [rows, 1], targets [rows].
package struct SquaredError: Operation {
    package let mnemonic = "squaredError"

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        precondition(inputs[0].shape[1] == 1, "predictions are [rows, 1], not \(inputs[0])")
        precondition(inputs[1] == TensorType(.float32, [inputs[0].shape[0]]), "one target per prediction")
        return [TensorType(.float32, [])]
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        let sum = zip(inputs[0].values, inputs[1].values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        return [Reference(scalar: sum / Double(inputs[1].values.count))]
    }

    package func gradients(of node: Node, from outputs: [Value?], in graph: inout Graph) -> [Value?] {
        guard let arriving = outputs[0] else { return [nil, nil] }
        return [graph.apply(SquaredErrorGradient(), to: [arriving] + node.inputs).outputs[0], nil]
    }
}

/// Gradient of the predictions.
///
/// Inputs: loss gradient (scalar), predictions, targets.
package struct SquaredErrorGradient: Operation {
    package let mnemonic = "squaredErrorGradient"

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] { [inputs[1]] }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        var gradient = inputs[1]
        let factor = 2 * inputs[0].values[0] / Double(gradient.values.count)
        for index in gradient.values.indices {
            gradient.values[index] = factor * (gradient.values[index] - inputs[2].values[index])
        }
        return [gradient]
    }
}

extension Graph {
    /// Mean of (prediction − target)², predictions [rows, 1], targets [rows].
    package mutating func squaredError(_ predictions: Value, targets: Value) -> Value {
        apply(SquaredError(), to: [predictions, targets]).outputs[0]
    }
}
