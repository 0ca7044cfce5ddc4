/// Tokens that a model adds to its vocabulary: found in text byte by byte, before words are.
///
/// Of several that begin at one place the longest is taken, as transformers does.
struct AddedTokens: Sendable {
    private let tokens: [(bytes: [UInt8], id: Int32)]
    /// Which bytes a token begins with.
    private let isFirst: [Bool]

    init(_ tokens: [Vocabulary.AddedToken]) {
        self.tokens = tokens.map { (Array($0.text.utf8), $0.id) }.filter { !$0.0.isEmpty }
            .sorted { $0.0.count > $1.0.count }
        var isFirst = [Bool](repeating: false, count: 256)
        for token in self.tokens { isFirst[Int(token.bytes[0])] = true }
        self.isFirst = isFirst
    }

    var isEmpty: Bool { tokens.isEmpty }

    /// The first token at or after `start`.
    func next(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> (range: Range<Int>, id: Int32)? {
        for place in start..<text.count where isFirst[Int(text[place])] {
            for token in tokens where Self.matches(token.bytes, text, place) {
                return (place..<place + token.bytes.count, token.id)
            }
        }
        return nil
    }

    private static func matches(_ token: [UInt8], _ text: UnsafeBufferPointer<UInt8>, _ place: Int) -> Bool {
        guard token.count <= text.count - place else { return false }
        for (offset, byte) in token.enumerated() where text[place + offset] != byte { return false }
        return true
    }
}
