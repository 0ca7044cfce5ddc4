/// Philox4x32-10 in 32-bit integer arithmetic, the same bits as `PodiumGraph.Philox`.
///
/// StableHLO's own generator is not used, because its numbers may differ from plug-in to plug-in.
struct PhiloxCounter {
    /// The four words of the counters, ui32, in shapes that spread to one another.
    var words: (Tensor, Tensor, Tensor, Tensor)

    private static let multipliers: (UInt32, UInt32) = (0xD251_1F53, 0xCD9E_8D57)
    private static let increments: (UInt32, UInt32) = (0x9E37_79B9, 0xBB67_AE85)

    /// Four random words per counter.
    ///
    /// Words keep small shapes for as long as the arithmetic allows.
    ///
    /// - Parameter key: two ui32 scalars.
    func drawn(key: (Tensor, Tensor)) -> (Tensor, Tensor, Tensor, Tensor) {
        var (x, y, z, w) = words
        var key = key
        for round in 0..<10 {
            let first = PhiloxCounter.product(x, PhiloxCounter.multipliers.0)
            let second = PhiloxCounter.product(z, PhiloxCounter.multipliers.1)
            (x, y, z, w) = (second.high ^ (y ^ key.0), second.low, first.high ^ (w ^ key.1), first.low)
            guard round < 9 else { break }
            key.0 = key.0 + key.0.writer.constant(PhiloxCounter.increments.0)
            key.1 = key.1 + key.1.writer.constant(PhiloxCounter.increments.1)
        }
        return (x, y, z, w)
    }

    /// The two halves of a 64-bit product, by 16-bit halves: not every device multiplies 64 bits.
    private static func product(_ x: Tensor, _ factor: UInt32) -> (high: Tensor, low: Tensor) {
        let (low, high) = (x & 0xFFFF, x >> 16)
        let (factorLow, factorHigh) = (factor & 0xFFFF, factor >> 16)
        let middle = low * factorHigh + ((low * factorLow) >> 16)
        let other = high * factorLow + (middle & 0xFFFF)
        return (high * factorHigh + (middle >> 16) + (other >> 16), x * factor)
    }
}
