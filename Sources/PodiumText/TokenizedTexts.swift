import Dispatch

/// The pieces of many texts, back to back in one array.
package struct TokenizedTexts: Sendable, Equatable {
    package let pieces: [Piece]
    /// Where each text's pieces end.
    private let ends: [Int]

    fileprivate init(pieces: [Piece], ends: [Int]) {
        self.pieces = pieces
        self.ends = ends
    }

    fileprivate init(joining parts: [TokenizedTexts]) {
        var pieces: [Piece] = []
        var ends: [Int] = []
        pieces.reserveCapacity(parts.reduce(0) { $0 + $1.pieces.count })
        ends.reserveCapacity(parts.reduce(0) { $0 + $1.count })
        for part in parts {
            ends += part.ends.map { $0 + pieces.count }
            pieces += part.pieces
        }
        self.init(pieces: pieces, ends: ends)
    }

    package var count: Int { ends.count }

    /// The pieces of one text, with offsets into that text.
    package subscript(text: Int) -> ArraySlice<Piece> {
        pieces[(text == 0 ? 0 : ends[text - 1])..<ends[text]]
    }
}

extension Tokenizer {
    /// The pieces of texts; the result does not depend on how many threads share the work.
    package func pieces(of texts: [String], threads: Int = 1) -> TokenizedTexts {
        precondition(threads > 0)
        let shares = Self.shares(of: texts, count: threads)
        guard shares.count > 1 else { return pieces(of: texts[...]) }
        let parts = [TokenizedTexts](unsafeUninitializedCapacity: shares.count) { places, initialized in
            nonisolated(unsafe) let places = places
            DispatchQueue.concurrentPerform(iterations: shares.count) { share in
                places.initializeElement(at: share, to: pieces(of: texts[shares[share]]))
            }
            initialized = shares.count
        }
        return TokenizedTexts(joining: parts)
    }

    private func pieces(of texts: ArraySlice<String>) -> TokenizedTexts {
        withWorkspace { workspace in
            var pieces: [Piece] = []
            var ends: [Int] = []
            // English has a piece every five bytes.
            pieces.reserveCapacity(texts.reduce(0) { $0 + $1.utf8.count } / 4)
            ends.reserveCapacity(texts.count)
            for text in texts {
                var text = text
                text.withUTF8 { workspace.append($0) }
                ends.append(pieces.count + workspace.pieces.count)
                // By the thousand: few copies, and from memory that the caches still hold.
                if workspace.pieces.count >= 4096 {
                    pieces += workspace.pieces
                    workspace.removePieces()
                }
            }
            pieces += workspace.pieces
            return TokenizedTexts(pieces: pieces, ends: ends)
        }
    }

    /// Ranges of texts with about equally many bytes.
    private static func shares(of texts: [String], count: Int) -> [Range<Int>] {
        guard count > 1 else { return [texts.indices] }
        let total = texts.reduce(0) { $0 + $1.utf8.count }
        var shares: [Range<Int>] = []
        var start = 0
        var bytes = 0
        for (index, text) in texts.enumerated() {
            bytes += text.utf8.count
            if bytes * count >= total * (shares.count + 1) {
                shares.append(start..<index + 1)
                start = index + 1
            }
        }
        if start < texts.count { shares.append(start..<texts.count) }
        return shares
    }
}
