internal import PodiumPrimitives

/// SplitMix64 with streams that are addressed by number.
///
/// Resample r of a bootstrap draws from stream r of the seed, so that results do
/// not depend on how many threads share the work.
package struct Generator: RandomNumberGenerator, Sendable {
    private var base: SplitMix64

    package init(seed: UInt64, stream: UInt64 = 0) {
        base = SplitMix64(
            state: SplitMix64.mix(seed &+ SplitMix64.increment &* (stream &+ 1))
                ^ SplitMix64.mix(stream ^ 0xD1B5_4A32_D192_ED03)
        )
    }

    @inline(__always)
    package mutating func next() -> UInt64 { base.next() }

    @inline(__always)
    package mutating func index(below bound: Int) -> Int { base.index(below: bound) }

    /// Uniform in (0, 1), both ends excluded.
    package mutating func uniform() -> Double {
        (Double(next() >> 12) + 0.5) * 0x1p-52
    }
}
