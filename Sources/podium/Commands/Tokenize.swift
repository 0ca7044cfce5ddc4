import ArgumentParser
import Foundation
import PodiumFiles
import PodiumFiles
import PodiumText

struct Tokenize: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Cuts text into WordPiece tokens, as BERT sees it.",
        discussion: """
            Lines in, one line of space-separated pieces out, without special tokens. Lines are answered as they come.

            Examples:
              echo "Unaffable, isn't it?" | podium tokenize --vocab vocab.txt
              podium tokenize --vocab vocab.txt --ids < sentences.txt
              podium tokenize --vocab multilingual/vocab.txt --cased < sentences.txt
            """
    )

    @Option(help: "The vocabulary, one piece a line.", completion: .file(extensions: ["txt"]))
    var vocab: String
    @Flag(help: "Keep capitals and accents (cased models).")
    var cased = false
    @Flag(
        inversion: .prefixedNo,
        help: "Remove accents, or keep them, whatever becomes of capitals. As capitals are treated where not given."
    )
    var stripAccents: Bool?
    @Flag(help: "Print ids instead of pieces.")
    var ids = false

    func run() throws {
        let vocabulary = try Vocabulary(bytes: try FileContent.read(vocab), name: vocab)
        for note in vocabulary.notes { Terminal.error(note) }
        if vocabulary.seemsCased != cased {
            Terminal.error(
                cased
                    ? "\(vocab): the vocabulary looks uncased; without --cased more words have pieces"
                    : "\(vocab): the vocabulary looks cased; --cased keeps capitals"
            )
        }
        let tokenizer = Tokenizer(
            vocabulary: vocabulary,
            normalization: TextNormalization(lowercases: !cased, stripsAccents: stripAccents)
        )
        var lines = LineStream(descriptor: STDIN_FILENO)
        var number = 0
        var output: [UInt8] = []
        while try lines.fill() {
            while let line = lines.next() {
                number += 1
                guard String(validating: line, as: UTF8.self) != nil else {
                    try Terminal.stream(output)
                    throw Failure(.usage, "standard input:\(number): the line is not UTF-8")
                }
                append(line.withUnsafeBufferPointer { tokenizer.pieces(of: $0) }, of: vocabulary, to: &output)
                guard output.count > 1 << 16 else { continue }
                try Terminal.stream(output)
                output.removeAll(keepingCapacity: true)
            }
            try Terminal.stream(output)
            output.removeAll(keepingCapacity: true)
        }
    }

    private func append(_ pieces: [Piece], of vocabulary: Vocabulary, to output: inout [UInt8]) {
        for (place, piece) in pieces.enumerated() {
            if place > 0 { output.append(UInt8(ascii: " ")) }
            if ids { output += "\(piece.id)".utf8 } else { output += vocabulary.pieces[Int(piece.id)] }
        }
        output.append(UInt8(ascii: "\n"))
    }
}

/// Lines of a file or pipe as bytes, without their line feeds; a line is there as soon as its end has been read.
struct LineStream {
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    /// Where the next line begins, and up to where there is known to be no line feed.
    private var start = 0
    private var searched = 0
    private var isAtEnd = false

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Reads what there is; false at the end.
    mutating func fill() throws -> Bool {
        guard !isAtEnd else { return false }
        // What is left of the lines before: moved once a read, however long the line is that goes on.
        if start > 0 {
            buffer.removeFirst(start)
            (start, searched) = (0, searched - start)
        }
        let size = 1 << 18
        let old = buffer.count
        buffer.reserveCapacity(old + size)
        var chunk = [UInt8](repeating: 0, count: size)
        while true {
            let count = read(descriptor, &chunk, size)
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure(.trouble, "standard input: cannot be read: \(String(cString: strerror(errno)))")
            }
            isAtEnd = count == 0
            buffer += chunk[..<count]
            return true
        }
    }

    /// The next line; nil until more is read.
    ///
    /// At the end of input a last line without a line feed is one too.
    mutating func next() -> [UInt8]? {
        if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
            defer { (start, searched) = (end + 1, end + 1) }
            return Array(buffer[start..<end])
        }
        searched = buffer.count
        guard isAtEnd, start < buffer.count else { return nil }
        defer { start = buffer.count }
        return Array(buffer[start...])
    }
}
