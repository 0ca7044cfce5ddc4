/// What a finished run found out; what it made are artifacts.
package struct RunResult: Codable, Sendable, Equatable {
    /// By official name and on the official scale (SQuAD's are percentages).
    ///
    /// A metric that is undefined is absent and explained in `notes`.
    package var metrics: [String: Double]
    /// The task's score as it enters averages (0…1), nil for pre-training.
    package var score: Double?
    /// What another draw of evaluation examples might have given, by metric, and as `score` for the score.
    ///
    /// On the metrics' scales.
    package var intervals: [String: ScoreInterval]?
    /// How many examples were scored.
    package var examples: Int
    /// What was trained, for people: `6 layers, 384 wide, 12 heads`.
    package var modelSummary: String?
    /// Trainable numbers in all.
    package var parameters: Int64?
    /// SHA-256 of the weights the run started from; nil for fresh ones.
    package var startWeightsSHA256: String?
    /// The data that was read, with what identifies it.
    package var datasets: [DatasetUse]
    package var trainedSteps: Int
    package var trainingSeconds: Double
    /// Floating-point operations of the training's matrix products; nil where nothing was trained or counted.
    package var trainingFlops: Double?
    package var examplesPerSecond: Double?
    package var tokensPerSecond: Double?
    package var notes: [String]
    /// What detectors found suspicious in data or predictions.
    package var findings: [RunFinding]?
    /// Scores on labelled sets that nothing was chosen by: the diagnostic set of an MNLI model.
    package var furtherSets: [SetScore]?
    /// Where v2.0 of SQuAD answers nothing, as tuned on the development set.
    package var nullThreshold: NullThreshold?
    /// How the model came about, where it need not be the last one.
    package var checkpointChoice: CheckpointChoice?
    /// Of a run that makes vectors, where it was asked to compare a word's.
    package var wordSimilarity: WordSimilarity?
    /// SHA-256 of all that decided the result; nil where another run of the same work may come to another.
    package var workKey: String?
    /// Whose result it is; nil where the run came to it itself.
    package var reusedFrom: ReusedRun?

    package init(
        metrics: [String: Double] = [:],
        score: Double? = nil,
        examples: Int = 0,
        modelSummary: String? = nil,
        parameters: Int64? = nil,
        startWeightsSHA256: String? = nil,
        datasets: [DatasetUse] = [],
        trainedSteps: Int = 0,
        trainingSeconds: Double = 0,
        examplesPerSecond: Double? = nil,
        tokensPerSecond: Double? = nil,
        notes: [String] = []
    ) {
        self.metrics = metrics
        self.score = score
        self.examples = examples
        self.modelSummary = modelSummary
        self.parameters = parameters
        self.startWeightsSHA256 = startWeightsSHA256
        self.datasets = datasets
        self.trainedSteps = trainedSteps
        self.trainingSeconds = trainingSeconds
        self.examplesPerSecond = examplesPerSecond
        self.tokensPerSecond = tokensPerSecond
        self.notes = notes
    }
}

/// Which model of a training was kept, by scores on the development set.
package struct CheckpointChoice: Codable, Sendable, Equatable {
    /// Of the model that was kept.
    package var step: Int
    /// How often the development set was looked at.
    package var looks: Int
    /// Whether it is the best of the looks; else the last.
    package var isBest: Bool
    /// The step at which training ended before its time; nil where it did not.
    package var stoppedAt: Int?

    package init(step: Int, looks: Int, isBest: Bool, stoppedAt: Int?) {
        (self.step, self.looks, self.isBest, self.stoppedAt) = (step, looks, isBest, stoppedAt)
    }

    /// For people: `checkpoint of step 40, the best of 7 by development score; training ended early at step 70`.
    package var description: String {
        var text = "checkpoint of step \(step), "
        text +=
            isBest ? "the best of \(looks) by development score" : "the last of \(looks) looks at the development set"
        if let stoppedAt { text += "; training ended early at step \(stoppedAt)" }
        return text
    }
}

/// How a model did on a set beyond its task's development set.
package struct SetScore: Codable, Sendable, Equatable {
    package var task: BenchmarkTask
    package var split: DataSplit
    package var examples: Int
    /// By official name and on the official scale; undefined ones are absent.
    package var metrics: [String: Double]
    /// Nil where it is undefined.
    package var score: Double?
    /// By metric, and as `score` for the score.
    package var intervals: [String: ScoreInterval]

    package init(
        task: BenchmarkTask,
        split: DataSplit,
        examples: Int,
        metrics: [String: Double],
        score: Double?,
        intervals: [String: ScoreInterval] = [:]
    ) {
        self.task = task
        self.split = split
        self.examples = examples
        self.metrics = metrics
        self.score = score
        self.intervals = intervals
    }
}

/// A threshold of null odds: above it a system of SQuAD v2.0 answers nothing.
package struct NullThreshold: Codable, Sendable, Equatable {
    /// Nil where answering nothing at all scores best: the threshold lies below all odds.
    package var value: Double?
    /// What it is best for: `best_f1`, in percent, on the very questions it was tuned on.
    package var metric: String
    package var score: Double

    package init(value: Double?, metric: String, score: Double) {
        self.value = value
        self.metric = metric
        self.score = score
    }

    /// Whether a question with these odds gets no answer.
    package func isNull(_ odds: Double) -> Bool { odds > value ?? -.infinity }
}

/// A confidence interval of one number.
package struct ScoreInterval: Codable, Sendable, Hashable {
    package var low: Double
    package var high: Double
    /// 0.95 for 95 %.
    package var level: Double
    /// `wilson`, `bootstrap`.
    package var method: String

    package init(low: Double, high: Double, level: Double, method: String) {
        self.low = low
        self.high = high
        self.level = level
        self.method = method
    }
}

/// Something that a reader must know before trusting a score.
package struct RunFinding: Codable, Sendable, Hashable {
    /// Short and stable, in kebab case: `collapsed`, `leaked-rows`.
    package var code: String
    package var message: String

    package init(code: String, message: String) {
        self.code = code
        self.message = message
    }
}

/// A part of a data set that a run read.
package struct DatasetUse: Codable, Sendable, Hashable {
    package struct File: Codable, Sendable, Hashable {
        /// Its name in the official layout: `MRPC/dev.tsv`.
        package var name: String
        /// Lower-case hexadecimal.
        package var sha256: String
        package var bytes: Int64

        package init(name: String, sha256: String, bytes: Int64) {
            self.name = name
            self.sha256 = sha256
            self.bytes = bytes
        }
    }

    package enum Origin: String, Codable, Sendable {
        /// Generated by Podium: its scores compare with nothing published.
        case sample
        /// Bytes known as the official distribution's.
        case official
        /// In the official layout, but not the known bytes.
        case modified
    }

    /// Nil for a pre-training corpus.
    package var task: BenchmarkTask?
    package var split: DataSplit
    package var origin: Origin
    /// How many examples of it the run used.
    package var examples: Int
    package var files: [File]

    package init(task: BenchmarkTask?, split: DataSplit, origin: Origin, examples: Int, files: [File]) {
        self.task = task
        self.split = split
        self.origin = origin
        self.examples = examples
        self.files = files
    }
}
