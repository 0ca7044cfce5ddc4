import PodiumBERT
import PodiumCore
import PodiumFiles
import PodiumGraph
import PodiumPretraining
import PodiumText

/// Pre-training on plain text or prepared examples (paper, section 3.1; `run_pretraining.py`).
struct PretrainJob {
    private let context: JobContext
    private let work: Pretraining

    /// Held-out text is measured at every tenth of the training, beside `checkpointsAt`.
    private static let measuredShares = (1...10).map { Double($0) / 10 }

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

    /// The parts of the training; one where the run names none.
    private var phases: [PretrainingPhase] {
        guard work.phases.isEmpty else { return work.phases }
        return [
            PretrainingPhase(
                maxSequenceLength: work.engine.maxSequenceLength,
                maxPredictionsPerSequence: work.masking.maxPredictionsPerSequence,
                batchSize: work.optimization.batchSize,
                fraction: 1
            )
        ]
    }

    func run() throws -> JobOutput {
        let corpus = try PretrainingCorpus(context, work)
        let start = try self.start(corpus)
        try context.checkStop()
        guard work.engine.maxSequenceLength <= start.configuration.maximumPositions else {
            throw JobError(.input, "maxSequenceLength may be at most \(start.configuration.maximumPositions) here")
        }
        let model = start.configuration.model
        let objectives = try self.objectives(of: model)
        let hasNextSentence = objectives.contains { $0.kind == .nextSentence }
        let prepared = try context.ranks.firstBeforeOthers {
            try phases.map { phase in
                try corpus.examples(phase, tokenizer: start.tokenizer, nextSentence: hasNextSentence)
            }
        }
        let trainer = try makeTrainer(start, objectives)
        let feed = PretrainingFeed(objectives, architecture: start.configuration.architecture)
        let batches = PhasedBatches(
            zip(phases, prepared).map { phase, prepared in
                let reader = ExampleReader(prepared.shards, in: prepared.folder, seed: work.seed)
                return PhasedBatches.Phase(
                    batches: PretrainingBatches(reader, batchSize: phase.batchSize, feed: feed),
                    fraction: phase.fraction
                )
            }
        )
        context.log(
            "\(start.configuration.summary), \(start.tokenizer.vocabulary.count) pieces, learns "
                + "\(objectives.map(\.kind.rawValue).joined(separator: " + ")); \(corpus.use.examples) documents, "
                + "\(batches.sequencesPerPass) sequences a pass"
        )
        try checkMemory(trainer)
        let heldOut = try makeHeldOut(prepared[0], start, objectives, trainer)
        var loop = TrainingLoop(
            context: context,
            trainer: trainer,
            training: work.optimization,
            totalSteps: work.optimization.length.steps { batches.steps(passes: $0) },
            trainExamples: batches.sequencesPerPass,
            names: { numbers in numbers.map { "sequence \($0) of its pass over the text" } },
            origin: try TrainingOrigin(context, datasets: [corpus.use], model: start.directory),
            writeModel: { try write(trainer, start, to: $0) }
        )
        loop.measurement = heldOut.map { heldOut in
            PeriodicMeasurement(shares: Self.measuredShares + (work.checkpointsAt ?? [])) { try heldOut.measure() }
        }
        let outcome = try loop.run(batches)
        guard context.ranks.isFirst else { return JobOutput(RunResult()) }
        let written = try write(trainer, start, to: context.path("model"))
        var result = RunResult()
        result.modelSummary = start.configuration.summary
        result.parameters = try trainer.weights().parameterCount
        result.startWeightsSHA256 = try start.directory.map { try $0.weightsSHA256() }
        result.datasets = [corpus.use]
        result.trainedSteps = outcome.steps
        result.trainingSeconds = outcome.seconds
        result.trainingFlops = trainer.flops
        result.examplesPerSecond = outcome.examplesPerSecond
        result.tokensPerSecond = outcome.tokensPerSecond
        result.notes.append("spent \(ParameterValue.decimal(trainer.flops)) FLOP in its matrix products")
        if let heldOut {
            result.metrics = try outcome.measured ?? heldOut.measure()
            result.notes.append("measured on \(heldOut.sequences) sequences of documents that it was not trained on")
        }
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

    /// The losses that the run asks for, or those of its model's architecture.
    private func objectives(of model: any SequenceModel) throws -> [Objective] {
        guard let asked = work.objectives else { return model.defaultObjectives }
        let objectives = asked.map { Objective(Objective.Kind($0)) }
        if let complaint = model.complaint(about: objectives) { throw JobError(.input, "objectives: \(complaint)") }
        return objectives
    }

    private func makeTrainer(_ start: Start, _ objectives: [Objective]) throws -> Trainer {
        let (model, head) = (start.configuration.model, Head.pretraining(objectives))
        let optimizer = OptimizerOptions(work.optimization)
        return try Trainer(
            model: model,
            head: head,
            weights: try weights(start, for: model.trainingGraph(head, optimizer: optimizer)),
            optimizer: optimizer,
            seed: work.seed,
            device: context.device,
            checkpointing: work.optimization.gradientCheckpointing
        )
    }

    private func checkMemory(_ trainer: Trainer) throws {
        let training = work.optimization
        let memory = MemoryCheck(limit: context.spec.resources.memory, state: context.memory())
        try memory.check(
            batchSize: training.batchSize,
            isCheckpointing: training.gradientCheckpointing
        ) { batchSize in
            phases.compactMap { phase in
                let sequences = max(1, phase.batchSize * batchSize / training.batchSize)
                let tokens = sequences * phase.maxSequenceLength
                return trainer.additionalMemory([
                    "tokens": tokens, "sequences": sequences, "masked": sequences * phase.maxPredictionsPerSequence,
                    "forward": tokens, "backward": tokens,
                ])
            }.max()
        }
    }

    private func makeHeldOut(
        _ prepared: PretrainingCorpus.PreparedExamples,
        _ start: Start,
        _ objectives: [Objective],
        _ trainer: Trainer
    ) throws -> HeldOutSet? {
        guard let pieces = prepared.shards.heldOut else { return nil }
        var examples: [MaskedExample] = []
        for shard in pieces.flatMap(\.shards) {
            examples += try ExampleShards.examples(of: shard, in: prepared.folder)
            // A piece has thousands; the first ones are of documents all over the text.
            if examples.count >= work.heldOutSequences { break }
        }
        var generator = Generator(seed: work.seed, purpose: "pretraining/held-out")
        let chosen = generator.permutation(examples.count).prefix(work.heldOutSequences).map { examples[Int($0)] }
        let vocabulary = start.tokenizer.vocabulary
        var unigram = UnigramCounts(vocabularySize: vocabulary.count)
        let special: Set = [vocabulary.classification, vocabulary.separator]
        // Frequencies settle long before a large text is over.
        for piece in prepared.shards.pieces.prefix(4) {
            for example in try ExampleShards.examples(of: piece.shards[0], in: prepared.folder) {
                unigram.add(example, special: special)
            }
        }
        return try HeldOutSet(
            chosen,
            model: start.configuration.model,
            objectives: objectives,
            predictions: phases[0].maxPredictionsPerSequence,
            unigram: unigram,
            variables: trainer.variables,
            device: context.device
        )
    }

    private func write(_ trainer: Trainer, _ start: Start, to folder: String) throws -> (bytes: Int64, sha256: String) {
        try ModelDirectory.write(
            try trainer.weights(),
            configuration: start.configuration,
            tokenizer: start.tokenizer,
            to: folder
        )
    }

    private func start(_ corpus: PretrainingCorpus) throws -> Start {
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
        let tokenizer = try corpus.freshTokenizer(size: fresh.vocabularySize)
        guard var configuration = Configuration(preset: fresh.preset, vocabularySize: tokenizer.vocabulary.count) else {
            throw JobError(
                .input,
                "no preset is called \(fresh.preset); known: "
                    + Configuration.presets.map(\.name).joined(separator: ", ")
            )
        }
        configuration.architecture = Configuration.Architecture(fresh.architecture)
        if let rate = work.optimization.dropout { configuration.setDropout(rate) }
        return Start(configuration: configuration, tokenizer: tokenizer, directory: nil)
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

extension Objective.Kind {
    init(_ objective: PretrainingObjective) {
        self =
            switch objective {
            case .maskedTokens: .maskedTokens
            case .nextSentence: .nextSentence
            case .nextToken: .nextToken
            }
    }
}
