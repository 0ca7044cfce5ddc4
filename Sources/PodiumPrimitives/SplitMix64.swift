/// SplitMix64, in place of a generator of the standard library, whose algorithm may change from release to release.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
@frozen
package struct SplitMix64: RandomNumberGenerator, Sendable {
    @usableFromInline var state: UInt64

    @inlinable
    package init(state: UInt64) {
        self.state = state
    }

    /// The odd number by which the state grows.
    @inlinable package static var increment: UInt64 { 0x9E37_79B9_7F4A_7C15 }

    @inlinable
    package static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    @inlinable
    package mutating func next() -> UInt64 {
        state &+= Self.increment
        return Self.mix(state)
    }

    /// A number from 0 up to and without `bound`, by the high half of a product; the bias is below bound ÷ 2⁶⁴.
    @inlinable
    package mutating func index(below bound: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(truncatingIfNeeded: bound)).high)
    }
}
