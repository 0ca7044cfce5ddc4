internal import PodiumFiles
internal import PodiumPrimitives

/// A document, or a part of a very long one.
package struct Document: Sendable, Equatable {
    /// Counted through the whole corpus; parts of one document share it.
    package var number: Int
    /// Sentences, one a line.
    package var sentences: [String]
    /// UTF-8 bytes of the sentences.
    package var bytes: Int
}

/// Which documents of a corpus are meant.
package enum DocumentSelection: Sendable {
    case all
    /// All but every k-th.
    case trained(heldOutEvery: Int)
    /// Every k-th.
    case heldOut(every: Int)

    func contains(_ number: Int) -> Bool {
        switch self {
        case .all: true
        case .trained(let every): number % every != every - 1
        case .heldOut(let every): number % every == every - 1
        }
    }

    /// Documents of the selection, of so many in all.
    package func count(of documents: Int) -> Int {
        switch self {
        case .all: documents
        case .trained(let every): documents - documents / every
        case .heldOut(let every): documents / every
        }
    }
}

/// The documents of text files, one after the other: a sentence a line, an empty line between documents.
///
/// A file's end ends a document. A document longer than `partBytes` comes in parts, so that memory does not depend on
/// how a text is cut into documents.
package struct DocumentStream: ~Copyable {
    private var files: ArraySlice<String>
    private var lines: FileLines?
    private var number = 0
    private let partBytes: Int
    private let selection: DocumentSelection

    package init(files: [String], partBytes: Int = 1 << 22, selection: DocumentSelection = .all) {
        self.files = files[...]
        self.partBytes = partBytes
        self.selection = selection
    }

    /// The next document of the selection; nil at the end.
    package mutating func next() throws(PretrainingDataError) -> Document? {
        while let document = try nextOfAll() {
            if selection.contains(document.number) { return document }
        }
        return nil
    }

    private mutating func nextOfAll() throws(PretrainingDataError) -> Document? {
        var document = Document(number: number, sentences: [], bytes: 0)
        while true {
            guard let stream = lines else {
                guard let path = files.popFirst() else { return nil }
                lines = try Self.files { () throws(FileError) in try FileLines(path) }
                continue
            }
            guard let line = try Self.files({ () throws(FileError) in try stream.next() }) else {
                lines = nil
                if document.sentences.isEmpty { continue }
                number += 1
                return document
            }
            guard let text = String(validating: line, as: UTF8.self) else {
                throw PretrainingDataError(
                    .corpus,
                    "the line is not UTF-8",
                    at: SourcePlace(file: stream.path, line: stream.number)
                )
            }
            if text.allSatisfy(\.isWhitespace) {
                if document.sentences.isEmpty { continue }
                number += 1
                return document
            }
            document.sentences.append(text)
            document.bytes += text.utf8.count
            if document.bytes >= partBytes { return document }
        }
    }

    private static func files<Result>(_ body: () throws(FileError) -> Result) throws(PretrainingDataError) -> Result {
        do {
            return try body()
        } catch {
            throw PretrainingDataError(
                error.blame == .world ? .file : .corpus,
                error.message,
                at: error.place
            )
        }
    }
}

/// Documents put together into pieces that examples are made of one by one.
///
/// A piece has at least two documents, so that a second segment can always come from another one; the documents of a
/// short last piece go to the piece before.
struct PieceStream: ~Copyable {
    private var documents: DocumentStream
    private let pieceBytes: Int
    private let needsTwo: Bool
    /// Held back, in case the last piece is too short to stand alone.
    private var held: [Document]?
    private var isAtEnd = false

    init(files: [String], selection: DocumentSelection, pieceBytes: Int, needsTwo: Bool) {
        documents = DocumentStream(files: files, partBytes: pieceBytes, selection: selection)
        self.pieceBytes = pieceBytes
        self.needsTwo = needsTwo
    }

    mutating func next() throws(PretrainingDataError) -> [Document]? {
        while !isAtEnd {
            guard var piece = try fill() else { break }
            let isLast = isAtEnd
            if let before = held {
                let bytes = piece.reduce(0) { $0 + $1.bytes }
                if isLast, bytes < pieceBytes / 2 || !Self.hasTwo(piece) {
                    held = nil
                    piece = before + piece
                    return piece
                }
                held = piece
                return before
            }
            held = piece
        }
        defer { held = nil }
        return held
    }

    private mutating func fill() throws(PretrainingDataError) -> [Document]? {
        var piece: [Document] = []
        var bytes = 0
        while let document = try documents.next() {
            bytes += document.bytes
            piece.append(document)
            if bytes >= pieceBytes, !needsTwo || Self.hasTwo(piece) { return piece }
        }
        isAtEnd = true
        return piece.isEmpty ? nil : piece
    }

    private static func hasTwo(_ piece: [Document]) -> Bool {
        guard let first = piece.first, let last = piece.last else { return false }
        return first.number != last.number
    }
}
