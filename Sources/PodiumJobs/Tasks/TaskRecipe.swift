import PodiumBERT
import PodiumCore
import PodiumLibrary

/// What fine-tuning and scoring need to know of a task: its head, its batches, its score.
protocol TaskRecipe {
    var head: Head { get }
    /// How many sequences there are to train on.
    var trainingSequences: Int { get }
    /// Sequences of these numbers with their labels.
    func batch(_ examples: ArraySlice<Int32>) -> PackedBatch
    /// Runs the model over the evaluation sets and scores it.
    ///
    /// - Parameter progress: told from time to time, to end a run that was asked to stop.
    func evaluate(_ predictor: Predictor, progress: () throws -> Void) throws -> Evaluation
    /// What was read.
    var datasets: [DatasetUse] { get }
    /// What a model that is fine-tuned on the task says of its head.
    var classifier: Classifier { get }
    /// What a reader must know of how the model's head is read.
    var warnings: [String] { get }
}

extension TaskRecipe {
    var classifier: Classifier { Classifier() }
    var warnings: [String] { [] }
}

enum TaskRecipes {
    /// The recipe of the run's task.
    ///
    /// - Parameter trains: whether the training set is read too.
    static func recipe(_ context: JobContext, model: StartingModel, trains: Bool) throws -> any TaskRecipe {
        guard let task = context.spec.task else { throw JobError(.input, "\(context.spec.name) names no task") }
        let files = try TaskFiles(context.spec.data, dataDirectory: context.assignment.dataDirectory)
        let length = try model.sequenceLength(context.spec.training)
        switch task.output {
        case .classification, .regression:
            let recipe = try LabelledRecipe(
                task: task,
                files: files,
                model: model.directory,
                training: context.spec.training,
                length: length,
                trains: trains
            )
            for warning in recipe.warnings { context.log(warning, level: .warning) }
            return recipe
        case .span:
            return try SpanRecipe(
                task: task,
                files: files,
                tokenizer: model.directory.tokenizer,
                training: context.spec.training,
                length: length,
                trains: trains
            )
        }
    }
}
