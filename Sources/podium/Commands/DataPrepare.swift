import ArgumentParser
import Foundation
import PodiumExperiments
import PodiumPretraining
import PodiumPrimitives
import PodiumText

struct DataPrepare: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare",
        abstract: "Makes pre-training examples of text, as create_pretraining_data.py does.",
        discussion: """
            Text has a sentence a line and an empty line between documents; gzip files are read as they are. Examples \
            are written as TFRecord files of tf.train.Example with the names and paddings of BERT's 2018 release, a \
            file for each version of a few megabytes of text, and manifest.json says what is in them.

            Memory does not grow with the text. A preparation that was interrupted, even killed, goes on where it was \
            and ends with the same bytes. A segment that does not follow always comes from another document.

            Examples:
              podium data prepare books.txt.gz --vocab vocab.txt --out examples
              podium data prepare wiki/*.txt --vocab vocab.txt --length 512 --predictions 76 --whole-words --out examples
            """
    )

    @Argument(help: "Text files.", completion: .file())
    var files: [String]
    @Option(help: "The vocabulary, one piece a line.", completion: .file(extensions: ["txt"]))
    var vocab: String
    @Option(name: [.long, .short], help: "The folder to prepare into.", completion: .directory)
    var out: String
    @Flag(help: "Keep capitals and accents (cased models).")
    var cased = false
    @Option(help: "Tokens of a sequence at most.")
    var length = 128
    @Option(help: "Predicted tokens of a sequence at most.")
    var predictions = 20
    @Option(help: "Share of tokens that are predicted.")
    var masked = 0.15
    @Option(help: "Share of sequences that are short on purpose.")
    var short = 0.1
    @Option(help: "Versions of the text, each drawn anew.")
    var duplicates = 10
    @Option(help: "Share of documents that are held out, into shards of their own, for measuring.")
    var heldOut: Double?
    @Option(help: "Seed of all draws.")
    var seed: UInt64 = 12345
    @Flag(help: "Mask all pieces of a word together.")
    var wholeWords = false
    @Flag(help: "One segment a sequence, without next sentences.")
    var noNextSentences = false
    @Option(help: "Threads (default: all cores).")
    var threads = Machine.cores
    @Flag(help: "One JSON document: the manifest.")
    var json = false

    func validate() throws {
        guard heldOut.map({ $0 > 0 && $0 <= 0.5 }) ?? true else {
            throw ValidationError("--held-out must be above 0 and at most 0.5")
        }
        guard (1...1024).contains(threads) else { throw ValidationError("--threads must lie between 1 and 1024") }
    }

    func run() throws {
        var options = ExampleOptions()
        options.maximumLength = length
        options.maximumPredictions = predictions
        options.maskedProbability = masked
        options.shortProbability = short
        options.duplicates = duplicates
        options.seed = seed
        options.heldOutEvery = heldOut.flatMap { ExampleOptions.heldOutEvery(share: $0) }
        options.wholeWords = wholeWords
        options.nextSentence = !noNextSentences
        let vocabulary = try Vocabulary(bytes: try InputFile.bytes(vocab), name: vocab)
        let began = Date()
        let made = try Preparation(
            files: files,
            tokenizer: Tokenizer(vocabulary: vocabulary, lowercases: !cased),
            options: options,
            threads: threads
        ).run(under: out) { progress in
            let megabytes = Double(progress.textBytes) / 1e6
            let rate = megabytes / max(0.001, Date().timeIntervalSince(began))
            Terminal.error(
                "\(NumberText.fixed(megabytes, digits: 1)) MB of text, \(progress.examples) examples, "
                    + "\(NumberText.fixed(rate, digits: 1)) MB/s"
            )
        }
        if options.nextSentence, let warning = try CorpusLines(files: files).warning { Terminal.error(warning) }
        if json { return try JSONOutput.print(made.shards) }
        try Terminal.print(made.folder)
    }
}
