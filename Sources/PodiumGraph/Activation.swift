import Foundation

/// What a linear layer applies to its sums.
package enum Activation: Hashable, Sendable {
    case identity
    /// x·Φ(x) with the error function, as the first release and transformers' `gelu`.
    case gelu
    /// The tanh approximation of GELU, as the later release and transformers' `gelu_new`.
    case geluTanh
    case tanh

    /// Whether the backward pass reads the sums before the activation (otherwise its result does).
    package var savesSums: Bool { self == .gelu || self == .geluTanh }

    func callAsFunction(_ x: Double) -> Double {
        switch self {
        case .identity: x
        case .gelu: x * 0.5 * erfc(-x * 0.5.squareRoot())
        case .geluTanh: 0.5 * x * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
        case .tanh: Foundation.tanh(x)
        }
    }

    /// Derivative, from the sum before the activation, or for `tanh` from its result.
    func derivative(_ saved: Double) -> Double {
        switch self {
        case .identity: return 1
        case .gelu:
            let density = exp(-0.5 * saved * saved) / (2 * Double.pi).squareRoot()
            return 0.5 * erfc(-saved * 0.5.squareRoot()) + saved * density
        case .geluTanh:
            let c = (2 / Double.pi).squareRoot()
            let t = Foundation.tanh(c * (saved + 0.044715 * saved * saved * saved))
            return 0.5 * (1 + t) + 0.5 * saved * (1 - t * t) * c * (1 + 3 * 0.044715 * saved * saved)
        case .tanh: return 1 - saved * saved
        }
    }
}
