internal import Foundation

/// Initial weights as the 2018 release draws them.
enum Initialization {
    /// Layer norms are 1 and 0, biases 0, all else normal with the standard deviation `range`, truncated at two of them.
    ///
    /// The values are a function of seed and name alone, whatever other parameters the model has.
    static func values(name: String, count: Int, range: Double, seed: UInt64) -> [Float] {
        if name.contains("LayerNorm.weight") { return [Float](repeating: 1, count: count) }
        if name.hasSuffix("bias") { return [Float](repeating: 0, count: count) }
        var generator = Generator(seed: seed, purpose: "init/\(name)")
        return (0..<count).map { _ in Float(truncatedNormal(&generator) * range) }
    }

    /// Box–Muller; values outside of ±2 are drawn again.
    private static func truncatedNormal(_ generator: inout Generator) -> Double {
        while true {
            let radius = (-2 * log(1 - generator.uniform())).squareRoot()
            let value = radius * cos(2 * .pi * generator.uniform())
            if abs(value) <= 2 { return value }
        }
    }
}
