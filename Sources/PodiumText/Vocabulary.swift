/// The pieces a model knows, in the order of their ids.
///
/// Read from `vocab.txt`: one piece a line, the line's number (from 0) its id.
/// Pieces that go on a word begin with `##`. Compared byte by byte.
package struct Vocabulary: Sendable {
    /// What the pieces are called that stand for no text.
    package struct SpecialNames: Hashable, Sendable {
        package var padding = "[PAD]"
        package var unknown = "[UNK]"
        package var classification = "[CLS]"
        package var separator = "[SEP]"
        package var mask = "[MASK]"

        package init() {}

        package var all: [String] { [padding, unknown, classification, separator, mask] }
    }

    /// A token that is found in text as it is written, before text becomes words.
    package struct AddedToken: Hashable, Sendable {
        package var text: String
        package var id: Int32

        package init(text: String, id: Int32) {
            (self.text, self.id) = (text, id)
        }
    }

    /// Pieces as UTF-8, by id.
    package let pieces: [[UInt8]]
    package let padding: Int32
    package let unknown: Int32
    package let classification: Int32
    package let separator: Int32
    /// Nil where the vocabulary has no `[MASK]`: then it cannot pre-train.
    package let mask: Int32?
    package let specialNames: SpecialNames
    package let addedTokens: [AddedToken]
    /// What is odd about the file and how it was read, for people.
    package private(set) var notes: [String] = []
    let trie: PieceTrie
    /// How many pieces are the file's; added tokens may follow them.
    private let fileCount: Int

    package var count: Int { pieces.count }

    /// A trie's nodes are numbered with 28 bits; the largest vocabulary in use has 1.1 MB.
    private static let maximumBytes = 1 << 27

    /// Takes pieces over.
    ///
    /// Of a piece that is there twice the last id counts, as in transformers; an empty one is never found.
    ///
    /// - Parameters:
    ///   - name: the file's name, for messages.
    ///   - addedTokens: tokens beside the pieces; ids may lie within the pieces or follow them without a gap.
    package init(
        pieces: [[UInt8]],
        name: String,
        specialNames: SpecialNames = SpecialNames(),
        addedTokens: [AddedToken] = []
    ) throws(TextError) {
        guard pieces.contains(where: { !$0.isEmpty }) else {
            throw TextError(.invalidVocabulary, "\(name): the vocabulary is empty")
        }
        let bytes = pieces.reduce(0) { $0 + $1.count }
        guard bytes + pieces.count < Self.maximumBytes else {
            throw TextError(
                .invalidVocabulary,
                "\(name): a vocabulary of \(bytes) bytes; at most \(Self.maximumBytes) are supported"
            )
        }
        let trie = PieceTrie(pieces)
        for (first, second) in trie.duplicates.prefix(5) {
            let piece = String(decoding: pieces[second], as: UTF8.self)
            notes.append(
                "\(name):\(second + 1): the piece \"\(piece)\" stands on line \(first + 1) already; the later one counts, as in transformers"
            )
        }
        if trie.duplicates.count > 5 { notes.append("\(name): \(trie.duplicates.count) pieces stand there twice") }
        let blank = pieces.count { $0.isEmpty }
        if blank > 0 {
            let first = (pieces.firstIndex { $0.isEmpty } ?? 0) + 1
            let (lines, have) = blank == 1 ? ("line is", "has an id") : ("lines are", "have ids")
            notes.append("\(name):\(first): \(blank) \(lines) blank; they \(have), which no text gets")
        }
        self.trie = trie
        self.specialNames = specialNames
        fileCount = pieces.count
        var all = pieces
        for token in addedTokens.sorted(by: { $0.id < $1.id }) where Int(token.id) >= all.count {
            guard Int(token.id) == all.count else {
                throw TextError(
                    .invalidVocabulary,
                    "\(name): the added token \"\(token.text)\" has the id \(token.id), but the vocabulary ends at \(all.count - 1)"
                )
            }
            all.append(Array(token.text.utf8))
        }
        self.pieces = all
        self.addedTokens = addedTokens
        func find(_ text: String) -> Int32? {
            trie.id(ofWhole: Array(text.utf8)) ?? addedTokens.first { $0.text == text }?.id
        }
        func special(_ text: String) throws(TextError) -> Int32 {
            guard let id = find(text) else {
                throw TextError(
                    .invalidVocabulary,
                    "\(name): the vocabulary has no \(text); a BERT vocabulary needs \(specialNames.padding), \(specialNames.unknown), "
                        + "\(specialNames.classification) and \(specialNames.separator)"
                )
            }
            return id
        }
        unknown = try special(specialNames.unknown)
        classification = try special(specialNames.classification)
        separator = try special(specialNames.separator)
        padding = try special(specialNames.padding)
        mask = find(specialNames.mask)
    }

    /// Reads the bytes of a `vocab.txt`.
    ///
    /// Lines may end in CR LF, and a byte-order mark at the beginning is passed over. A blank line has an id, as in
    /// the tools that number lines.
    package init(
        bytes: [UInt8],
        name: String,
        specialNames: SpecialNames = SpecialNames(),
        addedTokens: [AddedToken] = []
    ) throws(TextError) {
        if bytes.starts(with: "version https://git-lfs.github.com/spec/".utf8) {
            throw TextError(
                .invalidVocabulary,
                "\(name): a Git LFS pointer, not the file itself; run `git lfs pull` where it came from"
            )
        }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let content = bytes.starts(with: mark) ? bytes[3...] : bytes[...]
        var lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            line.last == UInt8(ascii: "\r") ? Array(line.dropLast()) : Array(line)
        }
        if lines.last?.isEmpty == true { lines.removeLast() }
        if String(validating: bytes, as: UTF8.self) == nil {
            let number = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
            throw TextError(.invalidUTF8, "\(name):\(number + 1): the line is not UTF-8")
        }
        try self.init(pieces: lines, name: name, specialNames: specialNames, addedTokens: addedTokens)
        if content.startIndex > 0 {
            notes.append("\(name): a byte-order mark at the beginning is not taken for a part of the first piece")
        }
    }

    /// The id of a piece written as in the file (`##ing`), if it is there.
    package func id(of piece: String) -> Int32? {
        piece.isEmpty ? nil : trie.id(ofWhole: Array(piece.utf8))
    }

    /// The piece of an id, as text.
    package func text(of id: Int32) -> String {
        String(decoding: pieces[Int(id)], as: UTF8.self)
    }

    /// The bytes of a `vocab.txt` of the pieces; added tokens stand elsewhere.
    package var bytes: [UInt8] {
        var result: [UInt8] = []
        for piece in pieces.prefix(fileCount) {
            result += piece
            result.append(UInt8(ascii: "\n"))
        }
        return result
    }

    /// Whether pieces of letters have capitals: then the model is most likely a cased one.
    ///
    /// Uncased vocabularies have a few nonetheless (`<S>` and `<T>` in the released Chinese one), cased ones have thousands.
    package var seemsCased: Bool {
        var cased = 0
        var capitals = 0
        for piece in pieces {
            let letters = piece.starts(with: "##".utf8) && piece.count > 2 ? piece[2...] : piece[...]
            guard !letters.isEmpty else { continue }
            let isPlain = letters.allSatisfy { $0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "z") }
            guard isPlain else { continue }
            cased += 1
            if letters.contains(where: { $0 & 0x20 == 0 }) { capitals += 1 }
        }
        return capitals * 100 > cased
    }
}
