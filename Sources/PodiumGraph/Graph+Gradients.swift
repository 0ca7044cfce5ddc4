extension Graph {
    /// Gradients of a scalar with respect to values, as further nodes of this graph (reverse mode).
    ///
    /// - Parameters:
    ///   - loss: a float32 scalar.
    ///   - values: what to differentiate by: parameters, inputs, or intermediate values.
    /// - Returns: one gradient per value, of the same shape. It is a mistake in building if the loss does not depend on a
    ///   value, since an unused parameter would silently never train.
    package mutating func gradients(of loss: Value, withRespectTo values: [Value]) -> [Value] {
        precondition(loss.type == TensorType(.float32, []), "only a float32 scalar has gradients, not \(loss.type)")
        let wanted = dependents(of: values)
        var gradients: [Value: Value] = [loss: apply(Constant(value: 1), to: []).outputs[0]]
        var recomputation = Recomputation()
        for (index, node) in nodes.enumerated().reversed() where node.outputs.contains(where: { wanted.contains($0) }) {
            let arriving = node.outputs.map { gradients[$0] }
            guard let first = arriving.compactMap(\.self).first else { continue }
            let again = recomputation.node(index, after: first, in: &self)
            let leaving = node.operation.gradients(of: again, from: arriving, in: &self)
            precondition(leaving.count == node.inputs.count, "\(node.operation.mnemonic): one gradient per input")
            for (input, gradient) in zip(node.inputs, leaving) where wanted.contains(input) {
                guard let gradient else { continue }
                precondition(gradient.type == input.type, "\(node.operation.mnemonic): gradient of another shape")
                gradients[input] = gradients[input].map { add($0, gradient) } ?? gradient
            }
        }
        return values.map { value in
            guard let gradient = gradients[value] else {
                let name = variables.first { $0.value == value }?.name ?? "value \(value.id)"
                preconditionFailure("the loss does not depend on \(name)")
            }
            return gradient
        }
    }

    /// The values themselves and everything computed from them.
    private func dependents(of values: [Value]) -> Set<Value> {
        var result = Set(values)
        for node in nodes where node.inputs.contains(where: { result.contains($0) }) {
            result.formUnion(node.outputs)
        }
        return result
    }
}
