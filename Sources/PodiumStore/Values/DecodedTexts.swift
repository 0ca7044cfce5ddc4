import Synchronization

/// Documents that were decoded before, by their texts: the same text is the same value, whatever row it stands in.
///
/// For what is read again and again and is slow to decode: the thousand runs of a leaderboard of which one has ended.
final class DecodedTexts<Value: Decodable & Sendable>: Sendable {
    private struct Known {
        var values: [String: Value] = [:]
        var bytes = 0
    }

    private let known = Mutex(Known())
    private let limit: Int

    /// - Parameter limit: bytes of texts; beyond it all are forgotten.
    init(limit: Int = 16 << 20) {
        self.limit = limit
    }

    func value(of text: String) throws(StoreError) -> Value {
        if let value = known.withLock({ $0.values[text] }) { return value }
        let value = try StoredJSON.decode(Value.self, from: text)
        known.withLock { known in
            if known.bytes > limit { known = Known() }
            if known.values.updateValue(value, forKey: text) == nil { known.bytes += text.utf8.count }
        }
        return value
    }
}
