internal import Foundation
internal import PodiumGraph

/// Initial weights as the 2018 release draws them.
enum Initialization {
    /// Layer norms are 1 and 0, biases 0, all else normal with the standard deviation `range`, truncated at two of them.
    ///
    /// The values are a function of seed and name alone, whatever other parameters the model has.
    static func values(name: String, count: Int, range: Double, seed: UInt64) -> [Float] {
        if name.contains("LayerNorm.weight") { return [Float](repeating: 1, count: count) }
        if name.hasPrefix("recurrent.") || name.hasPrefix("top.recurrent.") {
            return recurrent(name: name, count: count, seed: seed)
        }
        if name.hasSuffix("bias") { return [Float](repeating: 0, count: count) }
        var generator = Generator(seed: seed, purpose: "init/\(name)")
        return (0..<count).map { _ in Float(truncatedNormal(&generator) * range) }
    }

    /// Weights of an LSTM: normal with the deviation of a uniform distribution on ±1/√width (PyTorch's), biases 0 but for
    /// the forget gates' 1 (Jozefowicz 2015).
    private static func recurrent(name: String, count: Int, seed: UInt64) -> [Float] {
        if name.hasSuffix("bias") {
            let width = count / 4
            return (0..<count).map { width..<2 * width ~= $0 ? 1 : 0 }
        }
        var generator = Generator(seed: seed, purpose: "init/\(name)")
        // Recurrent weights are [4·width, width], input weights [4·width, width or twice that].
        let deviation = (1 / (3 * (Double(count) / 4).squareRoot())).squareRoot()
        return (0..<count).map { _ in Float(truncatedNormal(&generator) * deviation) }
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
