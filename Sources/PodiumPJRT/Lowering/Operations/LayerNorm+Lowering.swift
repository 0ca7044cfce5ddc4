import PodiumGraph

/// Layer norm of rows, forward and backward.
enum LoweredNorm {
    /// γ·x̂ + β, x̂, and each row's 1/σ as [rows]; x may have its rows in several dimensions.
    ///
    /// - Parameter roundsNormalized: x̂ is rounded to bfloat16 and kept; otherwise compilers keep x, what was added to it, and the
    ///   output.
    static func forward(_ x: Tensor, gamma: Tensor, beta: Tensor, epsilon: Float, roundsNormalized: Bool = false)
        -> [Tensor]
    {
        let width = Float(x.shape[x.rank - 1])
        let centered = x - x.rowSums / width
        let deviation = ((centered * centered).rowSums / width + epsilon).reciprocalSqrt
        var normalized = centered * deviation
        if roundsNormalized { normalized = Tensor.opaque([normalized.convert(.bf16)])[0].convert(.f32) }
        return [normalized * gamma + beta, normalized, deviation.reshape([x.shape.dropLast().reduce(1, *)])]
    }

    /// Gradients of x, γ and β.
    static func backward(
        _ gradient: Tensor,
        normalized: Tensor,
        deviation: Tensor,
        gamma: Tensor
    ) -> (input: Tensor, gamma: Tensor, beta: Tensor) {
        let width = Float(gradient.shape[gradient.rank - 1])
        let scaled = gradient * gamma
        let mean = scaled.rowSums / width
        let projection = (scaled * normalized).rowSums / width
        let factor = deviation.reshape(Array(gradient.shape.dropLast()) + [1])
        let input = factor * (scaled - mean - normalized * projection)
        return (input, (gradient * normalized).columnSums, gradient.columnSums)
    }
}

extension AddDropoutNorm: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        var sum = step.block(0)
        if let dropout { sum = step.dropping(sum, dropout, first: gammaIndex + 2) }
        if hasResidual { sum = sum + step.block(1) }
        let (gamma, beta) = (step.input(gammaIndex), step.input(gammaIndex + 1))
        let roundsNormalized = step.lowering.isBFloat16(step.node["normalized"])
        return LoweredNorm.forward(sum, gamma: gamma, beta: beta, epsilon: epsilon, roundsNormalized: roundsNormalized)
    }

    func rematerialize(_ step: LoweringStep, after gradient: Tensor) -> Tensor? {
        let normalized = step.barrier(step.node["normalized"], after: gradient).convert(.f32)
        return normalized * step.input(gammaIndex) + step.input(gammaIndex + 1)
    }
}

extension AddDropoutNormGradient: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        let norm = LoweredNorm.backward(
            step.block(0),
            normalized: step.block(1),
            deviation: step.input(2),
            gamma: step.input(3)
        )
        guard let dropout else { return [norm.input, norm.gamma, norm.beta] }
        return [norm.input, norm.gamma, norm.beta, step.dropping(norm.input, dropout, first: 4)]
    }
}

extension ApplyDropout: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] { [step.dropping(step.block(0), dropout, first: 1)] }
}
