/// The pieces a model knows, in the order of their ids.
///
/// Read from `vocab.txt`: one piece a line, the line's number (from 0) its id.
/// Pieces that go on a word begin with `##`. Compared byte by byte.
package struct Vocabulary: Sendable {
    /// Pieces as UTF-8, by id.
    package let pieces: [[UInt8]]
    package let padding: Int32
    package let unknown: Int32
    package let classification: Int32
    package let separator: Int32
    /// Nil where the vocabulary has no `[MASK]`: then it cannot pre-train.
    package let mask: Int32?
    let trie: PieceTrie

    package var count: Int { pieces.count }

    /// Takes pieces over.
    ///
    /// - Parameter name: the file's name, for messages.
    package init(pieces: [[UInt8]], name: String) throws(TextError) {
        guard !pieces.isEmpty else { throw TextError(.invalidVocabulary, "\(name): the vocabulary is empty") }
        guard pieces.count < Int(Int32.max) else {
            throw TextError(.invalidVocabulary, "\(name): more pieces than ids")
        }
        self.pieces = pieces
        let trie = PieceTrie(pieces)
        if let (first, second) = trie.duplicate {
            let piece = String(decoding: pieces[second], as: UTF8.self)
            throw TextError(
                .invalidVocabulary,
                "\(name):\(second + 1): the piece \"\(piece)\" stands on line \(first + 1) already"
            )
        }
        self.trie = trie
        func special(_ text: String) throws(TextError) -> Int32 {
            guard let id = trie.id(ofWhole: Array(text.utf8)) else {
                throw TextError(
                    .invalidVocabulary,
                    "\(name): the vocabulary has no \(text); a BERT vocabulary needs [PAD], [UNK], [CLS] and [SEP]"
                )
            }
            return id
        }
        unknown = try special("[UNK]")
        classification = try special("[CLS]")
        separator = try special("[SEP]")
        padding = try special("[PAD]")
        mask = trie.id(ofWhole: Array("[MASK]".utf8))
    }

    /// Reads the bytes of a `vocab.txt`.
    package init(bytes: [UInt8], name: String) throws(TextError) {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            line.last == UInt8(ascii: "\r") ? Array(line.dropLast()) : Array(line)
        }
        if lines.last?.isEmpty == true { lines.removeLast() }
        if String(validating: bytes, as: UTF8.self) == nil {
            let number = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
            throw TextError(.invalidUTF8, "\(name):\(number + 1): the line is not UTF-8")
        }
        try self.init(pieces: lines, name: name)
    }

    /// The id of a piece written as in the file (`##ing`), if it is there.
    package func id(of piece: String) -> Int32? {
        trie.id(ofWhole: Array(piece.utf8))
    }

    /// The piece of an id, as text.
    package func text(of id: Int32) -> String {
        String(decoding: pieces[Int(id)], as: UTF8.self)
    }

    /// The file's bytes.
    package var bytes: [UInt8] {
        var result: [UInt8] = []
        for piece in pieces {
            result += piece
            result.append(UInt8(ascii: "\n"))
        }
        return result
    }
}
