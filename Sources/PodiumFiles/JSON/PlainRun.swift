/// Finds the end of a run of ordinary bytes, eight at a time.
enum PlainRun {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let tops: UInt64 = 0x8080_8080_8080_8080

    /// The first byte from `start` on that is a quote, a backslash or a control character; the count if none.
    static func end(in bytes: [UInt8], from start: Int) -> Int {
        scan(bytes, from: start) { word in
            zeroBytes(word ^ (ones &* 0x22)) | zeroBytes(word ^ (ones &* 0x5C)) | (word &- ones &* 0x20) & ~word & tops
        } stop: { byte in
            byte == 0x22 || byte == 0x5C || byte < 0x20
        }
    }

    /// The first byte from `start` on that is not ASCII; the count if none.
    static func endOfASCII(in bytes: [UInt8], from start: Int) -> Int {
        scan(bytes, from: start) {
            $0 & tops
        } stop: {
            $0 >= 0x80
        }
    }

    /// The top bit of every byte that is zero, and perhaps of later ones: a hint to look closer.
    @inline(__always)
    private static func zeroBytes(_ word: UInt64) -> UInt64 {
        (word &- ones) & ~word & tops
    }

    @inline(__always)
    private static func scan(
        _ bytes: [UInt8],
        from start: Int,
        hint: (UInt64) -> UInt64,
        stop: (UInt8) -> Bool
    ) -> Int {
        bytes.withUnsafeBytes { buffer in
            var index = start
            while index + 8 <= buffer.count, hint(buffer.loadUnaligned(fromByteOffset: index, as: UInt64.self)) == 0 {
                index += 8
            }
            while index < buffer.count, !stop(buffer[index]) { index += 1 }
            return index
        }
    }
}
