/// Layer normalisation in float64, shared by the operations that end in one.
enum LayerNorm {
    /// Normalises rows of x.
    ///
    /// - Returns: γ·x̂ + β, x̂, and each row's 1/σ.
    static func forward(
        _ x: Reference,
        gamma: Reference,
        beta: Reference,
        epsilon: Double
    ) -> (output: Reference, normalized: Reference, deviation: Reference) {
        var output = x
        var normalized = x
        var deviation = Reference(zeros: [x.rows])
        let width = Double(x.columns)
        for row in 0..<x.rows {
            let elements = (0..<x.columns).map { x[row, $0] }
            let mean = elements.reduce(0, +) / width
            let variance = elements.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / width
            deviation.values[row] = 1 / (variance + epsilon).squareRoot()
            for column in 0..<x.columns {
                normalized[row, column] = (elements[column] - mean) * deviation.values[row]
                output[row, column] = normalized[row, column] * gamma.values[column] + beta.values[column]
            }
        }
        return (output, normalized, deviation)
    }

    /// Gradients of x, γ and β.
    static func backward(
        _ gradient: Reference,
        normalized: Reference,
        deviation: Reference,
        gamma: Reference
    ) -> (input: Reference, gamma: Reference, beta: Reference) {
        var input = gradient
        var gammaGradient = Reference(zeros: gamma.shape)
        var betaGradient = Reference(zeros: gamma.shape)
        let width = Double(gradient.columns)
        for row in 0..<gradient.rows {
            let scaled = (0..<gradient.columns).map { gradient[row, $0] * gamma.values[$0] }
            let mean = scaled.reduce(0, +) / width
            let projection = (0..<gradient.columns).reduce(0) { $0 + scaled[$1] * normalized[row, $1] } / width
            for column in 0..<gradient.columns {
                input[row, column] =
                    deviation.values[row] * (scaled[column] - mean - normalized[row, column] * projection)
                gammaGradient.values[column] += gradient[row, column] * normalized[row, column]
                betaGradient.values[column] += gradient[row, column]
            }
        }
        return (input, gammaGradient, betaGradient)
    }
}
