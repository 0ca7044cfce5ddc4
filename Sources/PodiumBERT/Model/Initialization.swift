internal import Foundation

/// Fresh weights as the release makes them.
enum Initialization {
    /// Layer norms at 1 and 0, biases 0, all else normal with `range`, cut at two standard deviations.
    ///
    /// A function of seed and name alone: the same whatever else a model has.
    static func values(name: String, count: Int, range: Double, seed: UInt64) -> [Float] {
        if name.contains("LayerNorm.weight") { return [Float](repeating: 1, count: count) }
        if name.hasSuffix("bias") { return [Float](repeating: 0, count: count) }
        var generator = Generator(seed: seed, purpose: "init/\(name)")
        return (0..<count).map { _ in Float(truncatedNormal(&generator) * range) }
    }

    /// Box–Muller, drawn again outside of ±2.
    private static func truncatedNormal(_ generator: inout Generator) -> Double {
        while true {
            let radius = (-2 * log(1 - generator.uniform())).squareRoot()
            let value = radius * cos(2 * .pi * generator.uniform())
            if abs(value) <= 2 { return value }
        }
    }
}
