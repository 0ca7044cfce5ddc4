import Foundation
import PodiumBERT
import PodiumCore
import PodiumFiles
import PodiumGraph
import PodiumPrimitives

/// Trains a model with a new head on a task, and scores it (paper, section 4; `run_classifier.py`, `run_squad.py`).
struct FinetuneJob {
    private let context: JobContext
    private let work: FineTuning

    init(_ context: JobContext, _ work: FineTuning) {
        self.context = context
        self.work = work
    }

    func run() throws -> JobOutput {
        let training = work.optimization
        let model = try StartingModel(work.model, context)
        let recipe = try TaskRecipes.recipe(
            work.examples,
            training: .first(work.trainExamples),
            length: try model.sequenceLength(work.engine),
            model: model,
            context: context
        )
        guard recipe.trainingSequences > 0 else {
            let reasons = recipe.notes.isEmpty ? "" : ": \(recipe.notes.joined(separator: "; "))"
            throw JobError(.input, "no training example is left to learn from\(reasons)")
        }
        try context.checkStop()
        let (written, network) = configurations(model)
        let optimizer = OptimizerOptions(training)
        let loaded = try Weights.load(
            try model.directory.weights(),
            for: network.trainingGraph(recipe.head, optimizer: optimizer),
            configuration: network.configuration,
            seed: work.seed,
            needsHead: false
        )
        context.log(description(loaded.report, of: model, recipe: recipe))
        let order = EpochOrder(
            examples: recipe.trainingSequences,
            batchSize: training.batchSize,
            seed: work.seed
        )
        let totalSteps = training.length.steps { epochs in
            max(1, Int((Double(order.stepsPerEpoch) * epochs).rounded()))
        }
        let trainer = try Trainer(
            model: network,
            head: recipe.head,
            weights: loaded.weights,
            optimizer: optimizer,
            seed: work.seed,
            device: context.device,
            checkpointing: training.gradientCheckpointing,
            inParts: work.microBatchSize != nil,
            stages: stages(layers: network.configuration.layers, stepsPerEpoch: order.stepsPerEpoch, totalSteps)
        )
        let predictor = try Predictor(
            model: network,
            head: recipe.head,
            sharing: trainer.variables,
            device: context.device
        )
        let lengths = recipe.trainingLengths
        let memory = MemoryCheck(limit: context.spec.resources.memory, state: context.memory())
        try memory.check(
            batchSize: training.batchSize,
            isCheckpointing: training.gradientCheckpointing
        ) { batchSize in
            let batchSize = min(batchSize, work.microBatchSize ?? batchSize)
            let order = EpochOrder(examples: lengths.count, batchSize: batchSize, seed: work.seed)
            let tokens = order.largestBatch(lengths, steps: totalSteps ?? order.stepsPerEpoch)
            let sizes = ["tokens": tokens, "sequences": min(batchSize, lengths.count)]
            guard let step = trainer.additionalMemory(sizes) else { return nil }
            return step + (predictor.additionalMemory(lengths: recipe.evaluationLengths) ?? 0)
        }
        let writeModel: Snapshots.Write = { folder in
            try ModelDirectory.write(
                try trainer.weights(),
                configuration: written,
                classifier: recipe.classifier,
                tokenizer: model.directory.tokenizer,
                to: folder
            )
        }
        let monitor = Self.looks(work, stepsPerEpoch: order.stepsPerEpoch).map { every in
            DevelopmentMonitor(
                context: context,
                every: every,
                patience: work.earlyStopping,
                keepsBest: work.checkpoint == .best,
                score: { try recipe.evaluate(predictor) { try context.checkStop() }.score },
                write: writeModel
            )
        }
        let loop = TrainingLoop(
            context: context,
            trainer: trainer,
            training: training,
            totalSteps: totalSteps,
            trainExamples: recipe.trainingSequences,
            names: { numbers in numbers.map { recipe.exampleID($0) } },
            origin: try TrainingOrigin(context, datasets: recipe.datasets, model: model.directory),
            writeModel: writeModel,
            monitor: monitor
        )
        let outcome = try loop.run(parts: { step in
            let examples = order.batch(step: step)
            guard let size = work.microBatchSize else { return [recipe.batch(examples)] }
            return stride(from: examples.startIndex, to: examples.endIndex, by: size).map { first in
                recipe.batch(examples[first..<min(examples.endIndex, first + size)])
            }
        })
        // The first rank evaluates and writes what all have trained.
        guard context.ranks.isFirst else { return JobOutput(RunResult()) }
        var step = outcome.steps
        if work.checkpoint == .best, let best = monitor?.best, best.step != step {
            let kept = try Weights.load(
                try ModelDirectory(path: best.folder).weights(),
                for: network.evaluationGraph(recipe.head),
                configuration: network.configuration,
                seed: work.seed,
                needsHead: true
            )
            try kept.weights.write(into: trainer.variables)
            step = best.step
        }
        var evaluation = try recipe.evaluate(predictor) { try context.checkStopAfterTraining() }
        try recipe.predictTests(predictor, into: &evaluation) { try context.checkStopAfterTraining() }
        let weights = try trainer.weights()
        let file = try ModelDirectory.write(
            weights,
            configuration: written,
            classifier: recipe.classifier,
            tokenizer: model.directory.tokenizer,
            to: context.path("model")
        )
        var result = RunResult(
            modelSummary: network.configuration.summary,
            parameters: weights.parameterCount,
            startWeightsSHA256: try model.directory.weightsSHA256(),
            datasets: recipe.datasets,
            trainedSteps: outcome.steps,
            trainingSeconds: outcome.seconds,
            examplesPerSecond: outcome.examplesPerSecond,
            tokensPerSecond: outcome.tokensPerSecond
        )
        let predictions = try result.record(evaluation, in: context)
        if let monitor {
            let choice = CheckpointChoice(
                step: step,
                looks: monitor.looks.count,
                isBest: work.checkpoint == .best,
                stoppedAt: monitor.hasStopped ? outcome.steps : nil
            )
            result.checkpointChoice = choice
            result.notes.append(choice.description)
            monitor.removeModels()
        }
        let artifact = Artifact(
            kind: .model,
            step: step,
            share: step == outcome.steps ? 1 : monitor?.best?.share,
            score: result.score,
            path: context.path("model"),
            sha256: file.sha256,
            bytes: file.bytes
        )
        return JobOutput(result, artifacts: [artifact] + predictions)
    }

    /// The model as it is written, and as it learns.
    private func configurations(_ model: StartingModel) -> (written: Configuration, learning: any SequenceModel) {
        var written = model.configuration
        if let head = work.head { written.top = head == .bilstm ? .bilstm : nil }
        var learning = model.configuration(dropout: work.optimization.dropout)
        learning.top = written.top
        if work.unfreeze == Unfreezing.none {
            // Features are the model's own; what is dropped out is dropped on their way into the head.
            learning.classifierDropout = learning.classifierDropout ?? learning.hiddenDropout
            (learning.hiddenDropout, learning.attentionDropout) = (0, 0)
        }
        return (written, learning.model)
    }

    /// Which layers learn from which step on.
    private func stages(layers: Int, stepsPerEpoch: Int, _ totalSteps: Int?) -> [TrainingStage] {
        switch work.unfreeze ?? .all {
        case .all: return [.everything]
        case .none: return [.head]
        case .gradual:
            let all = TrainingStage.gradual(layers: layers, stepsPerEpoch: stepsPerEpoch)
            let reached = all.filter { $0.start < totalSteps ?? Int.max }
            if let last = reached.last, reached.count < all.count {
                context.log(
                    "unfreeze: gradual: the training ends before \(all.count - reached.count) of \(all.count) groups of layers "
                        + "learn; the head and \(NumberText.count(last.deepest, "layer")) do",
                    level: .warning
                )
            }
            return reached
        }
    }

    /// Steps from one look at the development set to the next; nil where nobody asks for any.
    private static func looks(_ work: FineTuning, stepsPerEpoch: Int) -> Int? {
        let isAsked = work.earlyStopping != nil || work.checkpoint == .best
        return work.evaluateEverySteps ?? (isAsked ? stepsPerEpoch : nil)
    }

    private func description(
        _ report: Weights.LoadReport,
        of model: StartingModel,
        recipe: any TaskRecipe
    ) -> String {
        var text =
            "\(model.directory.path): \(model.configuration.summary); \(recipe.trainingSequences) sequences to train on"
        let made = report.fresh + report.replaced
        if !made.isEmpty { text += "; fresh: \(made.joined(separator: ", "))" }
        if !report.unused.isEmpty {
            let shown = report.unused.prefix(5).joined(separator: ", ")
            text += "; \(report.unused.count) tensors not used: \(shown)\(report.unused.count > 5 ? ", …" : "")"
        }
        return text
    }
}

extension OptimizerOptions {
    /// The optimizer that a run asks for.
    init(_ training: Optimization) {
        self.init()
        adam.weightDecay = Float(training.weightDecay)
        layerDecay = Float(training.layerDecay ?? 1)
        adam.epsilon = Float(training.adamEpsilon)
        adam.correctsBias = training.biasCorrection
        clip = Float(training.clipNorm)
        clippingScope = training.clipping == .bert2018 ? .replica : .batch
    }
}

extension LearningRateSchedule {
    init(_ training: Optimization) {
        let shape: Shape =
            switch training.schedule {
            case .bert2018: .bert2018
            case .linear: .linear
            }
        self.init(shape: shape, peak: training.learningRate, warmupProportion: training.warmupProportion)
    }
}

extension TrainingLength {
    /// Steps in all; nil where time or operations decide.
    func steps(of epochs: (Double) -> Int) -> Int? {
        switch self {
        case .epochs(let count): epochs(count)
        case .steps(let count): count
        case .seconds, .flops: nil
        }
    }
}

extension Weights {
    var parameterCount: Int64 {
        tensors.values.reduce(0) { $0 + Int64($1.shape.reduce(1, *)) }
    }
}
