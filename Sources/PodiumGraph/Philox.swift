/// Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw (SC 2011): a keyed bijection of 128 bits.
///
/// There is no state: the same key and counter give the same four words wherever and whenever they are asked for.
package enum Philox {
    private static let multipliers: (UInt32, UInt32) = (0xD251_1F53, 0xCD9E_8D57)
    private static let increments: (UInt32, UInt32) = (0x9E37_79B9, 0xBB67_AE85)

    /// Four random words for a counter under a key.
    package static func words(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
        var state = counter
        var key = key
        for _ in 0..<10 {
            let first = multipliers.0.multipliedFullWidth(by: state.x)
            let second = multipliers.1.multipliedFullWidth(by: state.z)
            state = SIMD4(second.high ^ state.y ^ key.x, second.low, first.high ^ state.w ^ key.y, first.low)
            key.x &+= increments.0
            key.y &+= increments.1
        }
        return state
    }
}
