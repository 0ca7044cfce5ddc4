/// Sixteen bytes of a text, in two words of the machine: where an ASCII word ends is found eight bytes at a time.
struct WordChunk {
    static let size = 16

    private let low: UInt64
    private let high: UInt64

    /// The bytes from `i` on, and zeros after the text's end.
    ///
    /// - Parameter text: at least `size` bytes.
    @inline(__always)
    init(_ text: UnsafeBufferPointer<UInt8>, at i: Int) {
        let bytes = UnsafeRawBufferPointer(text)
        let surplus = i &+ Self.size &- text.count
        if surplus <= 0 {
            low = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: i, as: UInt64.self))
            high = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: i &+ 8, as: UInt64.self))
        } else {
            let last = bytes.loadUnaligned(fromByteOffset: text.count &- Self.size, as: UInt128.self)
            let rest = UInt128(littleEndian: last) >> UInt128(8 &* surplus)
            low = UInt64(truncatingIfNeeded: rest)
            high = UInt64(truncatingIfNeeded: rest >> 64)
        }
    }

    var first: UInt8 { UInt8(truncatingIfNeeded: low) }

    /// How many ASCII letters and digits the bytes begin with.
    @inline(__always)
    var wordLength: Int {
        let length = Self.others(low).trailingZeroBitCount >> 3
        return length < 8 ? length : 8 &+ Self.others(high).trailingZeroBitCount >> 3
    }

    /// The first `length` bytes, for the cache.
    @inline(__always)
    func key(_ length: Int) -> WordCache.Key {
        length < 8
            ? WordCache.Key(low: low & Self.ones(length), high: 0)
            : WordCache.Key(low: low, high: high & Self.ones(length &- 8))
    }

    /// Ones in the first `length` bytes, fewer than eight.
    @inline(__always)
    private static func ones(_ length: Int) -> UInt64 { 1 &<< UInt64(truncatingIfNeeded: 8 &* length) &- 1 }

    /// The highest bit of each byte that is no ASCII letter or digit.
    ///
    /// A sum's highest bit says whether a byte of seven bits is at least so large; sums of such bytes
    /// never carry into the next one.
    @inline(__always)
    private static func others(_ bytes: UInt64) -> UInt64 {
        func atLeast(_ bound: UInt8, _ values: UInt64) -> UInt64 { values &+ all(0x80 - bound) }
        let values = bytes & all(0x7F)
        let lowercased = values | all(0x20)
        let letters = atLeast(UInt8(ascii: "a"), lowercased) & ~atLeast(UInt8(ascii: "z") + 1, lowercased)
        let digits = atLeast(UInt8(ascii: "0"), values) & ~atLeast(UInt8(ascii: "9") + 1, values)
        return (~(letters | digits) | bytes) & all(0x80)
    }

    @inline(__always)
    private static func all(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }
}
