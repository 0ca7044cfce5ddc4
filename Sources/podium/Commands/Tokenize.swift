import ArgumentParser
import Foundation
import PodiumText

struct Tokenize: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Cuts text into WordPiece tokens, as BERT sees it.",
        discussion: """
            Lines in, one line of space-separated pieces out, without special tokens.

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
    @Flag(help: "Print ids instead of pieces.")
    var ids = false

    func run() throws {
        guard let bytes = FileManager.default.contents(atPath: vocab) else {
            throw Failure(.usage, "\(vocab): the file is missing or cannot be read")
        }
        let tokenizer = Tokenizer(vocabulary: try Vocabulary(bytes: Array(bytes), name: vocab), lowercases: !cased)
        var number = 0
        for line in InputLines() {
            number += 1
            guard let text = String(validating: line, as: UTF8.self) else {
                throw Failure(.usage, "standard input:\(number): the line is not UTF-8")
            }
            let words = tokenizer.ids(of: text).map { id in
                ids ? "\(id)" : String(decoding: tokenizer.vocabulary.pieces[Int(id)], as: UTF8.self)
            }
            Terminal.print(words.joined(separator: " "))
        }
    }
}

/// Lines of standard input as bytes, without their line feeds.
private struct InputLines: Sequence, IteratorProtocol {
    private var buffer: ArraySlice<UInt8> = []
    private var isAtEnd = false

    mutating func next() -> ArraySlice<UInt8>? {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                defer { buffer = buffer[(end + 1)...] }
                return buffer[..<end]
            }
            if isAtEnd {
                defer { buffer = [] }
                return buffer.isEmpty ? nil : buffer
            }
            let more = FileHandle.standardInput.availableData
            if more.isEmpty { isAtEnd = true } else { buffer = ArraySlice(Array(buffer) + Array(more)) }
        }
    }
}
