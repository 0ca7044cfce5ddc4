/// SplitMix64: a small generator whose streams are addressed by number.
///
/// Resample r of a bootstrap draws from stream r of the seed, so that results do
/// not depend on how many threads share the work.
package struct Generator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64, stream: UInt64 = 0) {
        state = Self.mix(seed &+ 0x9E37_79B9_7F4A_7C15 &* (stream &+ 1)) ^ Self.mix(stream ^ 0xD1B5_4A32_D192_ED03)
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mix(state)
    }

    /// An index below `bound` by the high half of a product; the bias is below bound ÷ 2⁶⁴.
    @inline(__always)
    package mutating func index(below bound: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(truncatingIfNeeded: bound)).high)
    }

    /// Uniform in (0, 1), both ends excluded.
    package mutating func uniform() -> Double {
        (Double(next() >> 12) + 0.5) * 0x1p-52
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
