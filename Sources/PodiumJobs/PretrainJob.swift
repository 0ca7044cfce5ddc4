import PodiumBERT
import PodiumCore
import PodiumData
import PodiumFiles
import PodiumGraph
import PodiumLibrary
import PodiumText

/// Masked-LM and next-sentence pre-training on plain text (paper, section 3.1; `run_pretraining.py`).
struct PretrainJob {
    private let context: JobContext
    private let work: Pretraining

    init(_ context: JobContext, _ work: Pretraining) {
        self.context = context
        self.work = work
    }

    /// What is trained: a fresh model with a vocabulary of its own, or one that goes on.
    private struct Start {
        var configuration: Configuration
        var tokenizer: Tokenizer
        /// Nil for fresh weights.
        var directory: ModelDirectory?
    }

    func run() throws -> JobOutput {
        let training = work.optimization
        let (corpus, use) = try readCorpus()
        let start = try self.start(corpus)
        try context.checkStop()
        guard work.engine.maxSequenceLength <= start.configuration.maximumPositions else {
            throw JobError(.input, "maxSequenceLength may be at most \(start.configuration.maximumPositions) here")
        }
        let network = start.configuration.model
        let objectives = network.defaultObjectives
        var options = PretrainingOptions(work)
        options.drawsNextSentences = objectives.contains { $0.kind == .nextSentence }
        let text = try PretrainingText(
            documents: corpus.documents,
            tokenizer: start.tokenizer,
            options: options,
            seed: work.seed
        )
        let head = Head.pretraining(objectives)
        let optimizer = OptimizerOptions(training)
        let trainer = try Trainer(
            model: network,
            head: head,
            weights: try weights(start, for: network.trainingGraph(head, optimizer: optimizer)),
            optimizer: optimizer,
            seed: work.seed,
            device: context.device,
            checkpointing: training.gradientCheckpointing
        )
        var batches = PretrainingBatches(
            text,
            batchSize: training.batchSize,
            objectives: objectives,
            architecture: start.configuration.architecture
        )
        context.log(
            "\(start.configuration.summary), \(start.tokenizer.vocabulary.count) pieces; "
                + "\(corpus.documents.count) documents, \(text.tokens) tokens, \(batches.sequencesPerPass) sequences a pass"
        )
        let memory = MemoryCheck(limit: context.spec.resources.memory, state: context.memory())
        try memory.check(
            batchSize: training.batchSize,
            isCheckpointing: training.gradientCheckpointing
        ) { batchSize in
            let tokens = batchSize * work.engine.maxSequenceLength
            return trainer.additionalMemory([
                "tokens": tokens, "sequences": batchSize, "masked": batchSize * work.masking.maxPredictionsPerSequence,
                "forward": tokens, "backward": tokens,
            ])
        }
        let loop = TrainingLoop(
            context: context,
            trainer: trainer,
            training: training,
            totalSteps: training.length.steps { batches.steps(passes: $0) },
            trainExamples: batches.sequencesPerPass,
            names: { numbers in numbers.map { "sequence \($0) of its pass over the text" } },
            origin: try TrainingOrigin(context, datasets: [use], model: start.directory),
            writeModel: { folder in
                try ModelDirectory.write(
                    try trainer.weights(),
                    configuration: start.configuration,
                    tokenizer: start.tokenizer,
                    to: folder
                )
            }
        )
        let outcome = try loop.run { batches.batch(step: $0) }
        let weights = try trainer.weights()
        let written = try ModelDirectory.write(
            weights,
            configuration: start.configuration,
            tokenizer: start.tokenizer,
            to: context.path("model")
        )
        var result = RunResult()
        result.modelSummary = start.configuration.summary
        result.parameters = weights.parameterCount
        result.startWeightsSHA256 = try start.directory.map { try $0.weightsSHA256() }
        result.datasets = [use]
        result.trainedSteps = outcome.steps
        result.trainingSeconds = outcome.seconds
        result.examplesPerSecond = outcome.examplesPerSecond
        result.tokensPerSecond = outcome.tokensPerSecond
        let artifact = Artifact(
            kind: .model,
            step: outcome.steps,
            share: 1,
            path: context.path("model"),
            sha256: written.sha256,
            bytes: written.bytes
        )
        return JobOutput(result, artifacts: [artifact])
    }

    private func readCorpus() throws -> (Corpus, DatasetUse) {
        let files =
            switch work.corpus {
            case .sample: try SampleLibrary(dataDirectory: context.assignment.dataDirectory).corpus()
            case .files(let paths): paths
            }
        let corpus = try Corpus(files: files)
        let use = DatasetUse(
            task: nil,
            split: .train,
            origin: work.corpus == .sample ? .sample : .modified,
            examples: corpus.documents.count,
            files: try files.map { path in
                DatasetUse.File(
                    name: String(path.split(separator: "/").last ?? ""),
                    sha256: try Digest.sha256(file: path),
                    bytes: try FileSize.bytes(of: path)
                )
            }
        )
        return (corpus, use)
    }

    private func start(_ corpus: Corpus) throws -> Start {
        let fresh: FreshModel
        switch work.start {
        case .fresh(let known): fresh = known
        case .model(let reference):
            let model = try StartingModel(reference, context)
            return Start(
                configuration: model.configuration(dropout: work.optimization.dropout),
                tokenizer: model.directory.tokenizer,
                directory: model.directory
            )
        }
        var counts = WordCounts(lowercases: true)
        for document in corpus.documents { for sentence in document { counts.add(sentence) } }
        let learned = try VocabularyTrainer(size: fresh.vocabularySize).learn(counts)
        if let warning = learned.warning { context.log(warning, level: .warning) }
        let vocabulary = learned.vocabulary
        guard var configuration = Configuration(preset: fresh.preset, vocabularySize: vocabulary.count) else {
            throw JobError(
                .input,
                "no preset is called \(fresh.preset); known: "
                    + Configuration.presets.map(\.name).joined(separator: ", ")
            )
        }
        configuration.architecture = Configuration.Architecture(fresh.architecture)
        if let rate = work.optimization.dropout { configuration.setDropout(rate) }
        return Start(
            configuration: configuration,
            tokenizer: Tokenizer(vocabulary: vocabulary, lowercases: true),
            directory: nil
        )
    }

    private func weights(_ start: Start, for graph: Graph) throws -> Weights {
        guard let directory = start.directory else {
            return Weights.fresh(for: graph, configuration: start.configuration, seed: work.seed)
        }
        return try Weights.load(
            try directory.weights(),
            for: graph,
            configuration: start.configuration,
            seed: work.seed,
            needsHead: false
        ).weights
    }
}

extension Configuration.Architecture {
    init(_ architecture: PodiumCore.Architecture) {
        self =
            switch architecture {
            case .bidirectional: .bidirectional
            case .leftToRight: .leftToRight
            case .shallowBidirectional: .shallowBidirectional
            case .contextFree: .contextFree
            }
    }
}

extension PretrainingOptions {
    init(_ work: Pretraining) {
        self.init()
        maximumLength = work.engine.maxSequenceLength
        maskedProbability = work.masking.maskedLMProbability
        maximumPredictions = work.masking.maxPredictionsPerSequence
        shortProbability = work.masking.shortSequenceProbability
        duplicateFactor = work.masking.duplicateFactor
    }
}
