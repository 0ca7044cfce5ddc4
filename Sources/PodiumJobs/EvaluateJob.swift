import PodiumBERT
import PodiumCore
import PodiumFiles
import PodiumGraph

/// Scores a model that was fine-tuned before.
struct EvaluateJob {
    private let context: JobContext
    private let work: Evaluating

    init(_ context: JobContext, _ work: Evaluating) {
        self.context = context
        self.work = work
    }

    func run() throws -> JobOutput {
        let model = try StartingModel(work.model, context)
        let recipe = try TaskRecipes.recipe(
            work.examples,
            training: .none,
            length: try model.sequenceLength(work.engine),
            model: model,
            context: context
        )
        let network = model.configuration.model
        let loaded = try Weights.load(
            try model.directory.weights(),
            for: network.evaluationGraph(recipe.head),
            configuration: model.configuration,
            // Every weight is loaded: nothing is drawn.
            seed: 0,
            needsHead: true
        )
        context.say(.started(totalSteps: 0, trainExamples: 0, resumedFromStep: nil))
        let predictor = try Predictor(
            model: network,
            head: recipe.head,
            weights: loaded.weights,
            device: context.device
        )
        var evaluation = try recipe.evaluate(predictor) { try context.checkStop() }
        try recipe.predictTests(predictor, into: &evaluation) { try context.checkStop() }
        var result = RunResult(
            modelSummary: model.configuration.summary,
            parameters: loaded.weights.parameterCount,
            startWeightsSHA256: try model.directory.weightsSHA256(),
            datasets: recipe.datasets
        )
        let predictions = try result.record(evaluation, in: context)
        return JobOutput(result, artifacts: predictions)
    }
}
