import PodiumGraph

/// Layer norm of rows, forward and backward.
enum LoweredNorm {
    /// γ·x̂ + β, x̂, and each row's 1/σ as [rows].
    static func forward(_ x: Tensor, gamma: Tensor, beta: Tensor, epsilon: Float) -> [Tensor] {
        let width = Float(x.shape[1])
        let centered = x - x.rowSums / width
        let deviation = ((centered * centered).rowSums / width + epsilon).reciprocalSqrt
        let normalized = centered * deviation
        return [normalized * gamma + beta, normalized, deviation.reshape([x.shape[0]])]
    }

    /// Gradients of x, γ and β.
    static func backward(
        _ gradient: Tensor,
        normalized: Tensor,
        deviation: Tensor,
        gamma: Tensor
    ) -> (input: Tensor, gamma: Tensor, beta: Tensor) {
        let width = Float(gradient.shape[1])
        let scaled = gradient * gamma
        let mean = scaled.rowSums / width
        let projection = (scaled * normalized).rowSums / width
        let input = deviation.expanded(1) * (scaled - mean - normalized * projection)
        return (input, (gradient * normalized).sum([0]), gradient.sum([0]))
    }
}

extension AddDropoutNorm: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        var sum = step.input(0)
        if let dropout {
            let kept = step.keeps(dropout, first: gammaIndex + 2, rows: sum.shape[0], width: sum.shape[1])
            sum = dropout.dropout.applied(to: sum, keeps: kept)
        }
        if hasResidual { sum = sum + step.input(1) }
        let (gamma, beta) = (step.input(gammaIndex), step.input(gammaIndex + 1))
        return LoweredNorm.forward(sum, gamma: gamma, beta: beta, epsilon: epsilon)
    }
}

extension AddDropoutNormGradient: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        let norm = LoweredNorm.backward(
            step.input(0),
            normalized: step.input(1),
            deviation: step.input(2),
            gamma: step.input(3)
        )
        guard let dropout else { return [norm.input, norm.gamma, norm.beta] }
        let kept = step.keeps(dropout, first: 4, rows: norm.input.shape[0], width: norm.input.shape[1])
        return [norm.input, norm.gamma, norm.beta, dropout.dropout.applied(to: norm.input, keeps: kept)]
    }
}

extension ApplyDropout: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        let x = step.input(0)
        let kept = step.keeps(dropout, first: 1, rows: x.shape[0], width: x.shape[1])
        return [dropout.dropout.applied(to: x, keeps: kept)]
    }
}
