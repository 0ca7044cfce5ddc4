/// Values that may be computed again, in a limited number of bytes: those that were asked for last stay.
struct BoundedMemory<Key: Hashable, Value> {
    private struct Entry {
        var value: Value
        var bytes: Int
        /// The number of the last look.
        var used: Int
    }

    private var entries: [Key: Entry] = [:]
    private var looks = 0
    private let limit: Int
    private(set) var bytes = 0

    /// - Parameter limit: in bytes, as `keep` is told them.
    init(limit: Int) {
        self.limit = limit
    }

    var values: [Value] { entries.values.map(\.value) }

    mutating func value(of key: Key) -> Value? {
        looks += 1
        entries[key]?.used = looks
        return entries[key]?.value
    }

    /// - Returns: whether anything had to leave.
    @discardableResult
    mutating func keep(_ value: Value, of key: Key, bytes size: Int) -> Bool {
        looks += 1
        let old = entries.updateValue(Entry(value: value, bytes: size, used: looks), forKey: key)
        bytes += size - (old?.bytes ?? 0)
        guard bytes > limit else { return false }
        // The half that was used last stays, so that the search is rare.
        for (key, entry) in entries.sorted(by: { $0.value.used < $1.value.used }) {
            guard bytes > limit / 2 else { break }
            entries[key] = nil
            bytes -= entry.bytes
        }
        return true
    }
}
