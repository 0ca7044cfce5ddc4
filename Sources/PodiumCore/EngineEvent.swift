/// What an engine process tells its worker: one JSON object a line on standard output.
///
/// The engine has no database connection. Its worker stores what it says,
/// guarded by the attempt's fencing token.
package enum EngineEvent: Codable, Sendable, Equatable {
    /// The run is set up: how many steps it will take, on how much data.
    case started(totalSteps: Int, trainExamples: Int, resumedFromStep: Int?)
    case progress(TrainingProgress)
    /// A piece of work that has no measurements is done: the engine gets on. Said every few seconds at most, and not stored.
    case moved
    case log(LogLevel, String)
    /// On what the attempt is computed; said once, before anything else.
    case environment(AttemptEnvironment)
    /// Something that outlasts the attempt is complete on disk: a checkpoint, a model on the way.
    case artifact(Artifact)
    /// The file or folder of an earlier artifact was given up.
    case removed(path: String)
    /// The run is done; what it made is complete on disk.
    case result(RunResult, artifacts: [Artifact])
    /// The run cannot go on.
    case failed(FailureClass, String)
}

extension EngineEvent {
    /// What the log says of a training's start; 0 steps are those of a training that ends by time.
    package static func startLine(totalSteps: Int, trainExamples: Int, resumedFromStep: Int?) -> String {
        "training on \(trainExamples) examples" + (totalSteps > 0 ? " for \(totalSteps) steps" : "")
            + (resumedFromStep.map { ", going on from step \($0)" } ?? "")
    }
}

package enum LogLevel: String, Codable, Sendable {
    case debug, info, warning, error
}

/// One step's measurements.
package struct TrainingProgress: Codable, Sendable, Equatable {
    /// Counted from 1; the first step of a resumed attempt is one more than its checkpoint's.
    package var step: Int
    package var totalSteps: Int
    package var loss: Double
    package var learningRate: Double
    package var examplesPerSecond: Double
    /// Real tokens, never padding.
    package var tokensPerSecond: Double
    package var remainingSeconds: Double
    /// Further measurements by name, such as `gradient_norm` or `mlm_accuracy`.
    package var extra: [String: Double]

    package init(
        step: Int,
        totalSteps: Int,
        loss: Double,
        learningRate: Double,
        examplesPerSecond: Double,
        tokensPerSecond: Double,
        remainingSeconds: Double,
        extra: [String: Double] = [:]
    ) {
        self.step = step
        self.totalSteps = totalSteps
        self.loss = loss
        self.learningRate = learningRate
        self.examplesPerSecond = examplesPerSecond
        self.tokensPerSecond = tokensPerSecond
        self.remainingSeconds = remainingSeconds
        self.extra = extra
    }
}

/// The answer to an example whose label nobody but the benchmark's server knows.
package struct TestPrediction: Codable, Sendable, Equatable {
    /// AX for the diagnostic set, whatever the model was fine-tuned on.
    package var task: BenchmarkTask
    package var split: DataSplit
    /// The example's id or index in its official file.
    package var example: String
    package var prediction: String

    package init(task: BenchmarkTask, split: DataSplit, example: String, prediction: String) {
        self.task = task
        self.split = split
        self.example = example
        self.prediction = prediction
    }
}

/// One evaluated example.
package struct ExamplePrediction: Codable, Sendable, Equatable {
    /// Which evaluation set.
    package var split: DataSplit
    /// The example's id or index in its official file.
    package var example: String
    package var prediction: String
    /// The gold label; for SQuAD the first gold answer.
    package var gold: String
    /// 1 or 0 for a label, F1 for a span, the negated squared error for a regression.
    package var score: Double
    /// What the example shares with others, so that they are not independent: `article 7`; nil where nothing is known.
    package var group: String?
    /// In files only, not in the database; nil in those of earlier versions.
    package var traits: InputTraits?

    package init(
        split: DataSplit,
        example: String,
        prediction: String,
        gold: String,
        score: Double,
        group: String? = nil,
        traits: InputTraits? = nil
    ) {
        self.split = split
        self.example = example
        self.prediction = prediction
        self.gold = gold
        self.score = score
        self.group = group
        self.traits = traits
    }
}
