import Foundation
import PodiumBERT
import PodiumCore
import PodiumFiles
import PodiumGraph

/// Trains a model with a new head on a task, and scores it (paper, section 4; `run_classifier.py`, `run_squad.py`).
struct FinetuneJob {
    private let context: JobContext

    init(_ context: JobContext) {
        self.context = context
    }

    func run() throws -> RunResult {
        let training = context.spec.training
        let model = try StartingModel(context)
        let recipe = try TaskRecipes.recipe(context, model: model, trains: true)
        guard recipe.trainingSequences > 0 else { throw JobError(.input, "no training example is left to learn from") }
        try context.checkStop()
        let encoder = Encoder(model.configuration(training))
        let optimizer = AdamW.Options(training)
        let file = try model.directory.weights()
        let loaded = try Weights.load(
            file,
            for: encoder.trainingGraph(recipe.head, optimizer: optimizer),
            configuration: encoder.configuration,
            seed: context.spec.seed,
            needsHead: false
        )
        let trainer = try Trainer(
            encoder: encoder,
            head: recipe.head,
            weights: loaded.weights,
            optimizer: optimizer,
            seed: context.spec.seed,
            device: context.device,
            checkpointing: context.spec.training.gradientCheckpointing ?? false
        )
        context.log(description(loaded.report, of: model, recipe: recipe))
        let order = EpochOrder(
            examples: recipe.trainingSequences,
            batchSize: training.batchSize,
            seed: context.spec.seed
        )
        let epochs = Int((Double(order.stepsPerEpoch) * training.epochs).rounded())
        let steps = training.maxSteps.map { min($0, max(1, epochs)) } ?? max(1, epochs)
        let loop = TrainingLoop(
            context: context,
            trainer: trainer,
            schedule: try LearningRateSchedule(training),
            totalSteps: steps,
            trainExamples: recipe.trainingSequences
        )
        let outcome = try loop.run { recipe.batch(order.batch(step: $0)) }

        let predictor = try Predictor(
            encoder: encoder,
            head: recipe.head,
            sharing: trainer.variables,
            device: context.device
        )
        let evaluation = try recipe.evaluate(predictor) { try context.checkStop() }
        let weights = try trainer.weights()
        let written = try ModelDirectory.write(
            weights,
            configuration: model.configuration,
            classifier: recipe.classifier,
            tokenizer: model.directory.tokenizer,
            to: context.path("model")
        )
        var result = RunResult(
            modelPath: context.path("model"),
            modelSHA256: written.sha256,
            modelBytes: written.bytes,
            modelSummary: encoder.configuration.summary,
            parameters: weights.parameterCount,
            startWeightsSHA256: try model.directory.weightsSHA256(),
            datasets: recipe.datasets,
            trainedSteps: outcome.steps,
            trainingSeconds: outcome.seconds,
            examplesPerSecond: outcome.examplesPerSecond,
            tokensPerSecond: outcome.tokensPerSecond
        )
        try result.record(evaluation, in: context)
        return result
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

extension AdamW.Options {
    /// The optimizer that a run asks for.
    init(_ training: TrainingOptions) {
        self.init()
        weightDecay = Float(training.weightDecay)
        epsilon = Float(training.adamEpsilon)
        correctsBias = training.biasCorrection
        clip = training.clipNorm > 0 ? Float(training.clipNorm) : nil
    }
}

extension LearningRateSchedule {
    init(_ training: TrainingOptions) throws {
        guard let shape = Shape(rawValue: training.schedule) else {
            let known = Shape.allCases.map(\.rawValue).joined(separator: ", ")
            throw JobError(.input, "there is no schedule \"\(training.schedule)\"; known: \(known)")
        }
        self.init(shape: shape, peak: training.learningRate, warmupProportion: training.warmupProportion)
    }
}

extension Weights {
    var parameterCount: Int64 {
        tensors.values.reduce(0) { $0 + Int64($1.shape.reduce(1, *)) }
    }
}
