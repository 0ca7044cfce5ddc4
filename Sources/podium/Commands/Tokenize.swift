import ArgumentParser
import PodiumBERT
import PodiumFiles
import PodiumLibrary
import PodiumText

struct Tokenize: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Cuts text into WordPiece tokens, as BERT sees it.",
        discussion: """
            Lines in, one line of space-separated pieces out, without special tokens. Lines are answered as they come.

            Examples:
              echo "Unaffable, isn't it?" | podium tokenize --model minilm-l6
              podium tokenize --vocab vocab.txt --ids < sentences.txt
              podium tokenize --vocab multilingual/vocab.txt --cased < sentences.txt
            """
    )

    @OptionGroup var place: PlaceOptions
    @Option(help: "A fetched model's name or a model's folder; text is cut as its files say.", completion: .directory)
    var model: String?
    @Option(help: "A vocabulary alone, one piece a line.", completion: .file(extensions: ["txt"]))
    var vocab: String?
    @Flag(help: "Keep capitals and accents (cased models).")
    var cased = false
    @Flag(
        inversion: .prefixedNo,
        help: "Remove accents, or keep them, whatever becomes of capitals. As capitals are treated where not given."
    )
    var stripAccents: Bool?
    @Flag(help: "Print ids instead of pieces.")
    var ids = false

    func validate() throws {
        guard (model == nil) != (vocab == nil) else {
            throw ValidationError("give --model, or --vocab with what its file does not say")
        }
        guard model == nil || (!cased && stripAccents == nil) else {
            throw ValidationError("--cased and --strip-accents go with --vocab; a model's own files say it")
        }
    }

    private func tokenizer() throws -> Tokenizer {
        if let model {
            let library = place.models
            let settings = try TokenizerSettings(folder: library.isPulled(model) ? library.path(of: model) : model)
            for note in settings.notes { Terminal.error(note) }
            return settings.tokenizer
        }
        let vocab = vocab ?? ""
        let vocabulary = try Vocabulary(bytes: try FileContent.read(vocab), name: vocab)
        for note in vocabulary.notes { Terminal.error(note) }
        if vocabulary.seemsCased != cased {
            Terminal.error(
                cased
                    ? "\(vocab): the vocabulary looks uncased; without --cased more words have pieces"
                    : "\(vocab): the vocabulary looks cased; --cased keeps capitals"
            )
        }
        return Tokenizer(
            vocabulary: vocabulary,
            normalization: TextNormalization(lowercases: !cased, stripsAccents: stripAccents)
        )
    }

    func run() throws {
        let tokenizer = try tokenizer()
        let lines = try FileLines.standardInput()
        var output: [UInt8] = []
        while let line = try lines.next() {
            guard String(validating: line, as: UTF8.self) != nil else {
                try Terminal.stream(output)
                throw Failure(.usage, "standard input:\(lines.number): the line is not UTF-8")
            }
            let pieces = line.withUnsafeBufferPointer { tokenizer.pieces(of: $0) }
            tokenizer.vocabulary.appendLine(of: pieces, asIDs: ids, to: &output)
            // Each read of the input is answered by one write.
            guard output.count > 1 << 16 || !lines.hasLine else { continue }
            try Terminal.stream(output)
            output.removeAll(keepingCapacity: true)
        }
    }
}
