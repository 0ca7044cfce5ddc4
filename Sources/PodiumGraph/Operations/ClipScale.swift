/// The factor that clips gradients to a norm: limit ÷ max(norm, limit).
///
/// Input: the gradients' norm, a scalar.
package struct ClipScale: Operation {
    package let limit: Float
    package let mnemonic = "clipScale"

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        precondition(limit > 0, "gradients are clipped to a positive norm, not \(limit)")
        return [TensorType(.float32, [])]
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        [Reference(scalar: Double(limit) / max(inputs[0].values[0], Double(limit)))]
    }
}

/// Tensors times a scalar that is computed in the graph.
///
/// Inputs: the scalar, then any number of tensors. Outputs: the tensors' products.
package struct ScaleTensors: Operation {
    /// Number of tensors.
    package let count: Int
    package let mnemonic = "scaleTensors"
    package var outputNames: [String] { (0..<count).map { "output\($0)" } }

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        precondition(inputs.count == count + 1, "\(count) tensors are scaled, not \(inputs.count - 1)")
        return Array(inputs[1...])
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        inputs[1...].map { tensor in tensor.map { $0 * inputs[0].values[0] } }
    }
}

extension Graph {
    /// The factor by which gradients of a norm are multiplied so that their norm is at most `limit`.
    package mutating func clipScale(_ norm: Value, limit: Float) -> Value {
        apply(ClipScale(limit: limit), to: [norm]).outputs[0]
    }

    /// Tensors times a scalar value.
    package mutating func scale(_ tensors: [Value], by factor: Value) -> [Value] {
        apply(ScaleTensors(count: tensors.count), to: [factor] + tensors).outputs
    }
}
