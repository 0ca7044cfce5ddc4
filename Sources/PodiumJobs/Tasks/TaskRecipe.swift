import PodiumBERT
import PodiumCore
import PodiumLibrary

/// What fine-tuning and scoring need to know of a task: its head, its batches, its score.
protocol TaskRecipe {
    var head: Head { get }
    /// Tokens of every sequence to train on.
    var trainingLengths: [Int] { get }
    /// Tokens of every sequence of the evaluation and test sets.
    var evaluationLengths: [Int] { get }
    /// The official identifier of a training sequence's example.
    func exampleID(_ number: Int32) -> String
    /// Sequences of these numbers with their labels.
    func batch(_ examples: ArraySlice<Int32>) -> PackedBatch
    /// Runs the model over the evaluation sets and scores it.
    ///
    /// - Parameter progress: told from time to time, to end a run that was asked to stop.
    func evaluate(_ predictor: Predictor, progress: () throws -> Void) throws -> Evaluation
    /// Runs the model over the sets that are only predicted.
    ///
    /// - Parameter evaluation: of the development sets; what was tuned on them holds here, and the answers are added to it.
    func predictTests(_ predictor: Predictor, into evaluation: inout Evaluation, progress: () throws -> Void) throws
    /// What was read.
    var datasets: [DatasetUse] { get }
    /// What a model that is fine-tuned on the task says of its head.
    var classifier: Classifier { get }
    /// What a reader must know of the data that was read, such as examples that were left out.
    var notes: [String] { get }
    /// What a reader must know of how the model's head is read.
    var warnings: [String] { get }
}

extension TaskRecipe {
    var classifier: Classifier { Classifier() }
    var warnings: [String] { [] }
}

extension TaskRecipe {
    /// How many sequences there are to train on.
    var trainingSequences: Int { trainingLengths.count }
}

enum TaskRecipes {
    /// How much of the training set is read.
    enum TrainingPart {
        case none
        /// The first so many examples; nil for all.
        case first(Int?)
    }

    /// The recipe of a task.
    ///
    /// - Parameter length: of the longest sequence, in pieces.
    static func recipe(
        _ examples: TaskExamples,
        training: TrainingPart,
        length: Int,
        model: StartingModel,
        context: JobContext
    ) throws -> any TaskRecipe {
        let files = try TaskFiles(examples.data, dataDirectory: context.assignment.dataDirectory)
        let recipe: any TaskRecipe
        switch examples.form {
        case .sentences:
            recipe = try LabelledRecipe(
                examples,
                training: training,
                files: files,
                model: model.directory,
                length: length
            )
        case .passages(let options):
            recipe = try SpanRecipe(
                examples,
                options: options,
                training: training,
                files: files,
                tokenizer: model.directory.tokenizer,
                length: length
            )
        }
        for warning in recipe.notes + recipe.warnings { context.log(warning, level: .warning) }
        return recipe
    }
}
