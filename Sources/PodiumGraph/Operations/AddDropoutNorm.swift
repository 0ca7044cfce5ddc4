/// Layer norm of residual + dropout(x), which ends both halves of a transformer layer.
///
/// Without a residual it is a plain layer norm.
///
/// Inputs: x [rows, width], residual [rows, width] if `hasResidual`, gamma [width], beta [width], random rows if
/// `dropout`. Residuals kept for the gradient: `normalized` (x̂) and `deviation` (1/σ per row).
package struct AddDropoutNorm: Operation {
    package let hasResidual: Bool
    package let epsilon: Float
    package let dropout: RowDropout?
    package let mnemonic = "addDropoutNorm"
    package let outputNames = ["output", "normalized", "deviation"]

    /// Index of gamma among the inputs.
    package var gammaIndex: Int { hasResidual ? 2 : 1 }

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        precondition(!hasResidual || inputs[1] == inputs[0], "x \(inputs[0]) and residual \(inputs[1]) differ")
        let width = TensorType(.float32, [inputs[0].shape[1]])
        precondition(inputs[gammaIndex] == width && inputs[gammaIndex + 1] == width, "layer norm of another width")
        return [inputs[0], inputs[0], TensorType(.float32, [inputs[0].shape[0]])]
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        var sum = inputs[0]
        if let dropout {
            let multipliers = dropout.multipliers(inputs[(gammaIndex + 2)...], rows: sum.rows, width: sum.columns)
            for index in sum.values.indices { sum.values[index] *= multipliers[index] }
        }
        if hasResidual {
            for index in sum.values.indices { sum.values[index] += inputs[1].values[index] }
        }
        let norm = LayerNorm.forward(
            sum,
            gamma: inputs[gammaIndex],
            beta: inputs[gammaIndex + 1],
            epsilon: Double(epsilon)
        )
        return [norm.output, norm.normalized, norm.deviation]
    }

    package func gradients(of node: Node, from outputs: [Value?], in graph: inout Graph) -> [Value?] {
        guard let arriving = outputs[0] else { return node.inputs.map { _ in nil } }
        let random = node.inputs[(gammaIndex + 2)...]
        let inputs = [arriving, node["normalized"], node["deviation"], node.inputs[gammaIndex]] + random
        let gradient = graph.apply(AddDropoutNormGradient(dropout: dropout), to: inputs)
        return [gradient[dropout == nil ? "residual" : "input"]] + (hasResidual ? [gradient["residual"]] : [])
            + [gradient["gamma"], gradient["beta"]] + random.map { _ in nil }
    }
}

/// Gradients of `AddDropoutNorm`.
///
/// Without dropout x has the residual's gradient and no output of its own.
///
/// Inputs: gradient [rows, width], normalized, deviation, gamma, random rows if `dropout`.
package struct AddDropoutNormGradient: Operation {
    package let dropout: RowDropout?
    package let mnemonic = "addDropoutNormGradient"
    package var outputNames: [String] { ["residual", "gamma", "beta"] + (dropout == nil ? [] : ["input"]) }

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        [inputs[0], inputs[3], inputs[3]] + (dropout == nil ? [] : [inputs[0]])
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        let norm = LayerNorm.backward(inputs[0], normalized: inputs[1], deviation: inputs[2], gamma: inputs[3])
        guard let dropout else { return [norm.input, norm.gamma, norm.beta] }
        var input = norm.input
        let multipliers = dropout.multipliers(inputs[4...], rows: input.rows, width: input.columns)
        for index in input.values.indices { input.values[index] *= multipliers[index] }
        return [norm.input, norm.gamma, norm.beta, input]
    }
}

extension Graph {
    /// Layer norm of residual + dropout(x), row by row.
    ///
    /// - Returns: float32 [rows, width], as x.
    package mutating func addDropoutNorm(
        _ x: Value,
        residual: Value?,
        gamma: Value,
        beta: Value,
        epsilon: Float = 1e-12,
        dropoutRate: Float = 0,
        rows: RandomRows? = nil
    ) -> Value {
        let dropout = rowDropout(dropoutRate, rows)
        let operation = AddDropoutNorm(hasResidual: residual != nil, epsilon: epsilon, dropout: dropout)
        let random = dropout == nil ? [] : rows?.values ?? []
        let inputs = [x] + (residual.map { [$0] } ?? []) + [gamma, beta] + random
        return apply(operation, to: inputs).outputs[0]
    }
}
