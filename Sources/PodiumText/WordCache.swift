/// The pieces of words met before, by the words' bytes as they stand in the text.
///
/// An open-addressing table of words of up to 16 bytes; longer ones are rare and not kept.
/// When it is full it is emptied: frequent words are back at once.
struct WordCache {
    /// A word's bytes, with zeros after them.
    ///
    /// A zero byte is dropped from text, so no word begins or ends with one, and the key says how long it is.
    struct Key: Equatable {
        static let maximumLength = 16

        var low: UInt64
        var high: UInt64
    }

    enum Entry {
        /// One piece that is the whole word.
        case whole(Int32)
        /// A range of `pieces`.
        case parts(Range<Int>)
    }

    private struct Slot {
        var key = Key(low: 0, high: 0)
        /// The only piece's id, or where the word's pieces begin.
        var value: Int32 = 0
        /// How many pieces; none in an empty slot.
        var count: Int32 = 0
    }

    /// 3 MB: 40 MB of English novels take a quarter longer with half of it, and no less with twice of it.
    private static let logarithmOfSize = 17
    private static let size = 1 << logarithmOfSize

    /// Pieces of all words that have several, with offsets into the word.
    private(set) var pieces: [Piece] = []
    private var slots = [Slot](repeating: Slot(), count: size)
    private var words = 0

    @inline(__always)
    func entry(_ key: Key) -> Entry? {
        var index = Self.index(key)
        while true {
            let slot = slots[index]
            if slot.key == key {
                let value = Int(slot.value)
                return slot.count == 1 ? .whole(slot.value) : .parts(value..<value &+ Int(slot.count))
            }
            if slot.count == 0 { return nil }
            index = (index &+ 1) & (Self.size - 1)
        }
    }

    /// Keeps a word that is not there.
    ///
    /// - Parameter start: where the word begins in the text that the pieces' offsets refer to.
    mutating func insert(_ key: Key, _ parts: Slice<UnsafeBufferPointer<Piece>>, start: Int32) {
        if words == Self.size / 2 { removeAll() }
        words += 1
        var slot = Slot(key: key, value: parts[parts.startIndex].id, count: Int32(parts.count))
        if parts.count > 1 {
            slot.value = Int32(pieces.count)
            for part in parts { pieces.append(part.moved(by: -start)) }
        }
        var index = Self.index(key)
        while slots[index].count != 0 { index = (index + 1) & (Self.size - 1) }
        slots[index] = slot
    }

    private mutating func removeAll() {
        words = 0
        pieces.removeAll(keepingCapacity: true)
        for index in slots.indices { slots[index] = Slot() }
    }

    @inline(__always)
    private static func index(_ key: Key) -> Int {
        let hash = key.low &* 0x9E37_79B9_7F4A_7C15 &+ key.high &* 0xC2B2_AE3D_27D4_EB4F
        return Int(truncatingIfNeeded: hash >> UInt64(64 - logarithmOfSize))
    }
}

extension WordCache.Key {
    init(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) {
        self.init(low: 0, high: 0)
        for (i, byte) in bytes.enumerated() {
            if i < 8 { low |= UInt64(byte) << UInt64(8 * i) } else { high |= UInt64(byte) << UInt64(8 * (i - 8)) }
        }
    }
}
