import PodiumBERT
import PodiumCore
import PodiumGraph
import PodiumData
import PodiumFiles
import PodiumLibrary
import PodiumPretraining
import PodiumPrimitives
import PodiumText

/// What a run pre-trains on: text that it prepares, or examples that are prepared.
struct PretrainingCorpus {
    private let context: JobContext
    private let work: Pretraining
    /// The text's files; none where examples are prepared.
    private let files: [String]
    /// The text as its reading found it.
    private let scan: CorpusScan?
    private let prepared: PreparedExamples?
    let use: DatasetUse

    /// Shards and where they lie.
    struct PreparedExamples {
        var folder: String
        var shards: ExampleShards
    }

    init(_ context: JobContext, _ work: Pretraining) throws {
        (self.context, self.work) = (context, work)
        let texts: [String]
        switch work.corpus {
        case .sample: texts = try SampleLibrary(dataDirectory: context.assignment.dataDirectory).corpus()
        case .files(let paths): texts = paths
        case .task(let task, let data):
            let text = try TaskText(task, data, dataDirectory: context.assignment.dataDirectory)
            let path = context.path("task-text.txt")
            try AtomicFile.write(text.bytes, to: path)
            context.log("the text of \(task.rawValue): \(NumberText.count(text.documents, "document")), as the corpus")
            texts = [path]
        case .shards(let folder):
            guard let shards = try ExampleShards.read(folder) else {
                throw JobError(
                    .input,
                    "\(folder): there is no \(ExampleShards.fileName); `podium data prepare` makes such a folder"
                )
            }
            (files, scan, prepared) = ([], nil, PreparedExamples(folder: folder, shards: shards))
            use = DatasetUse(
                task: nil,
                split: .train,
                origin: .modified,
                examples: shards.pieces.reduce(0) { $0 + $1.documents },
                files: [try Self.file("\(folder)/\(ExampleShards.fileName)")]
            )
            return
        }
        (files, prepared) = (texts, nil)
        // A fresh model learns its vocabulary from the text.
        let countsWords = if case .fresh = work.start { true } else { false }
        let scan = try Self.stopping {
            try CorpusScan(
                files: texts,
                countingWords: countsWords ? true : nil,
                shouldStop: context.stopsAlone
            )
        }
        self.scan = scan
        use = DatasetUse(
            task: nil,
            split: .train,
            origin: work.corpus == .sample ? .sample : .modified,
            examples: scan.documents,
            files: try texts.map { try Self.file($0) }
        )
    }

    private static func file(_ path: String) throws -> DatasetUse.File {
        DatasetUse.File(
            name: String(path.split(separator: "/").last ?? ""),
            sha256: try Digest.sha256(file: path),
            bytes: try FileSize.bytes(of: path)
        )
    }

    /// A preparation that is asked to stop ends the job as a training does.
    private static func stopping<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as PretrainingDataError where error.code == .stopped {
            throw JobStopped()
        }
    }

    /// The tokenizer of a fresh model: the shards' own, or one that is learned from the text.
    func freshTokenizer(size: Int) throws -> Tokenizer {
        if let prepared { return try prepared.shards.readTokenizer(in: prepared.folder) }
        guard let words = scan?.words else { throw JobError(.crash, "the words of the text were not counted") }
        let learned = try VocabularyTrainer(size: size).learn(words)
        if let warning = learned.warning { context.log(warning, level: .warning) }
        return Tokenizer(vocabulary: learned.vocabulary, lowercases: true)
    }

    /// The examples of a phase; they are shared with every run that needs the same ones.
    func examples(_ phase: PretrainingPhase, tokenizer: Tokenizer, nextSentence: Bool) throws -> PreparedExamples {
        if let prepared {
            try check(prepared, phase, tokenizer: tokenizer, nextSentence: nextSentence)
            return prepared
        }
        if nextSentence, let warning = try CorpusLines(files: files).warning { context.log(warning, level: .warning) }
        var options = ExampleOptions()
        options.maximumLength = phase.maxSequenceLength
        options.maximumPredictions = phase.maxPredictionsPerSequence
        options.maskedProbability = work.masking.maskedLMProbability
        options.shortProbability = work.masking.shortSequenceProbability
        options.duplicates = work.masking.duplicateFactor
        options.wholeWords = work.masking.wholeWordMasking
        options.nextSentence = nextSentence
        options.heldOutEvery = heldOutEvery(nextSentence: nextSentence)
        options.seed = work.seed
        let made = try Self.stopping {
            try Preparation(
                files: files,
                tokenizer: tokenizer,
                options: options,
                threads: context.spec.resources.threads
            ).run(under: "\(context.assignment.dataDirectory)/pretraining", shouldStop: context.stopsAlone)
        }
        let examples = made.shards.examples(pass: 0)
        context.log("\(examples) sequences of at most \(phase.maxSequenceLength) pieces a pass, in \(made.folder)")
        return PreparedExamples(folder: made.folder, shards: made.shards)
    }

    /// The distance of held-out documents; nil where none are asked for, or the text has too few.
    private func heldOutEvery(nextSentence: Bool) -> Int? {
        guard let every = ExampleOptions.heldOutEvery(share: work.heldOutShare) else { return nil }
        let documents = scan?.documents ?? 0
        let heldOut = DocumentSelection.heldOut(every: every).count(of: documents)
        guard heldOut >= (nextSentence ? 2 : 1) else {
            context.log(
                "\(documents) documents are too few to hold one in \(every) out; nothing is measured on held-out text"
            )
            return nil
        }
        return every
    }

    /// Refuses shards that were prepared otherwise than the run says.
    private func check(
        _ prepared: PreparedExamples,
        _ phase: PretrainingPhase,
        tokenizer: Tokenizer,
        nextSentence: Bool
    ) throws {
        let options = prepared.shards.options
        let pairs: [(key: String, wanted: ParameterValue, found: ParameterValue)] = [
            ("maxSequenceLength", .integer(phase.maxSequenceLength), .integer(options.maximumLength)),
            (
                "maxPredictionsPerSequence", .integer(phase.maxPredictionsPerSequence),
                .integer(options.maximumPredictions)
            ),
            ("maskedLMProbability", .number(work.masking.maskedLMProbability), .number(options.maskedProbability)),
            (
                "shortSequenceProbability", .number(work.masking.shortSequenceProbability),
                .number(options.shortProbability)
            ),
            ("duplicateFactor", .integer(work.masking.duplicateFactor), .integer(options.duplicates)),
            ("wholeWordMasking", .flag(work.masking.wholeWordMasking), .flag(options.wholeWords)),
        ]
        let wrong = pairs.filter { $0.wanted != $0.found }.map { "\($0.key): \($0.found)" }
        guard wrong.isEmpty else {
            throw JobError(
                .input,
                "the examples in \(prepared.folder) were prepared otherwise than training says; for these write "
                    + "training: {\(wrong.joined(separator: ", "))}"
            )
        }
        guard options.nextSentence || !nextSentence else {
            throw JobError(
                .input,
                "the examples in \(prepared.folder) have one segment each; prepare them with next sentences, or leave nsp out "
                    + "of the objectives"
            )
        }
        let own = try prepared.shards.readTokenizer(in: prepared.folder)
        guard own.vocabulary.bytes == tokenizer.vocabulary.bytes, own.normalization == tokenizer.normalization else {
            throw JobError(
                .input,
                "the examples in \(prepared.folder) were made with another vocabulary, or other casing, than the model has"
            )
        }
    }
}
