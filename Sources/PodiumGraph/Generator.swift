/// Reproducible random numbers: Philox words under a key of seed and purpose, taken in order.
///
/// Generators with different purposes are independent, so that a new use of randomness changes no other.
package struct Generator: RandomNumberGenerator, Sendable {
    private let key: SIMD2<UInt32>
    private let stream: SIMD2<UInt32>
    private var block: UInt64 = 0
    /// The second half of the last block, if it has not been used yet.
    private var spare: UInt64?

    /// - Parameters:
    ///   - purpose: what the numbers are for: `init/classifier.weight`, `order`.
    ///   - index: which of several sequences of this purpose, such as the epoch.
    package init(seed: UInt64, purpose: String, index: UInt64 = 0) {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in purpose.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash ^= index &* 0x9E37_79B9_7F4A_7C15
        key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        stream = SIMD2(UInt32(truncatingIfNeeded: hash), UInt32(truncatingIfNeeded: hash >> 32))
    }

    package mutating func next() -> UInt64 {
        if let spare {
            self.spare = nil
            return spare
        }
        let counter = SIMD4(
            UInt32(truncatingIfNeeded: block),
            UInt32(truncatingIfNeeded: block >> 32),
            stream.x,
            stream.y
        )
        let words = Philox.words(counter: counter, key: key)
        block += 1
        spare = UInt64(words.y) << 32 | UInt64(words.x)
        return UInt64(words.w) << 32 | UInt64(words.z)
    }

    /// From 0 up to 1, with 53 bits.
    package mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// From 0 up to `bound`, without bias that matters (multiply-shift on 64 bits).
    package mutating func index(below bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// Fisher–Yates, from the end.
    package mutating func permutation(_ count: Int) -> [Int32] {
        var result = (0..<Int32(count)).map { $0 }
        guard count > 1 else { return result }
        for i in stride(from: count - 1, to: 0, by: -1) { result.swapAt(i, index(below: i + 1)) }
        return result
    }
}
