package import PodiumCore

extension Report {
    /// One run: what it was told, what became of it, what it measured on its way.
    package struct Run: Codable, Sendable, Equatable {
        /// The database's run number.
        package var id: Int64
        package var name: String
        package var kind: RunKind
        /// A `System.id` of the report.
        package var system: String
        package var task: BenchmarkTask?
        /// `Dataset.id` of what it was scored on.
        package var dataset: String?
        /// `Dataset.id` of what it was trained on.
        package var trainingSet: String?
        /// Nil for runs that draw nothing.
        package var seed: UInt64?
        package var state: RunState
        /// Why it is in this state, if there is something to say.
        package var reason: String?
        /// The resolved hyper-parameters, by their names in the job file.
        package var parameters: [Parameter]
        package var attempts: [Attempt]
        package var startedAt: Double?
        package var endedAt: Double?
        /// Time of all attempts together.
        package var wallSeconds: Double?
        package var trainedSteps: Int?
        package var examplesPerSecond: Double?
        /// Real tokens, never padding.
        package var tokensPerSecond: Double?
        /// The final weights; nil if the run left none.
        package var checkpoint: Checkpoint?
        /// The run whose checkpoint it started from.
        package var parent: Int64?
        /// By official metric name.
        package var metrics: [String: Double]
        /// The task's score as it enters averages.
        package var score: Double?
        package var curves: [Curve]
        /// Of a run that compared a word's vectors.
        package var wordSimilarity: WordSimilarity?
        package var notes: [Note]

        package init(
            id: Int64,
            name: String,
            kind: RunKind,
            system: String,
            task: BenchmarkTask? = nil,
            dataset: String? = nil,
            trainingSet: String? = nil,
            seed: UInt64?,
            state: RunState,
            reason: String? = nil,
            parameters: [Parameter] = [],
            attempts: [Attempt] = [],
            startedAt: Double? = nil,
            endedAt: Double? = nil,
            wallSeconds: Double? = nil,
            trainedSteps: Int? = nil,
            examplesPerSecond: Double? = nil,
            tokensPerSecond: Double? = nil,
            checkpoint: Checkpoint? = nil,
            parent: Int64? = nil,
            metrics: [String: Double] = [:],
            score: Double? = nil,
            curves: [Curve] = [],
            wordSimilarity: WordSimilarity? = nil,
            notes: [Note] = []
        ) {
            self.id = id
            self.name = name
            self.kind = kind
            self.system = system
            self.task = task
            self.dataset = dataset
            self.trainingSet = trainingSet
            self.seed = seed
            self.state = state
            self.reason = reason
            self.parameters = parameters
            self.attempts = attempts
            self.startedAt = startedAt
            self.endedAt = endedAt
            self.wallSeconds = wallSeconds
            self.trainedSteps = trainedSteps
            self.examplesPerSecond = examplesPerSecond
            self.tokensPerSecond = tokensPerSecond
            self.checkpoint = checkpoint
            self.parent = parent
            self.metrics = metrics
            self.score = score
            self.curves = curves
            self.wordSimilarity = wordSimilarity
            self.notes = notes
        }
    }

    /// A hyper-parameter, as text.
    package struct Parameter: Codable, Sendable, Hashable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// One try of a run.
    package struct Attempt: Codable, Sendable, Equatable {
        /// Counted from 1.
        package var number: Int
        package var host: String?
        package var startedAt: Double
        package var endedAt: Double?
        /// `succeeded`, `cancelled`, `released`, `lost`, or a failure class; nil while it runs.
        package var outcome: String?
        package var message: String?
        package var resumedFromStep: Int?
        /// On what it was computed; nil where its engine did not say.
        package var environment: AttemptEnvironment?

        package init(
            number: Int,
            host: String? = nil,
            startedAt: Double,
            endedAt: Double? = nil,
            outcome: String? = nil,
            message: String? = nil,
            resumedFromStep: Int? = nil,
            environment: AttemptEnvironment? = nil
        ) {
            self.number = number
            self.host = host
            self.startedAt = startedAt
            self.endedAt = endedAt
            self.outcome = outcome
            self.message = message
            self.resumedFromStep = resumedFromStep
            self.environment = environment
        }
    }

    /// A weights file's identity.
    package struct Checkpoint: Codable, Sendable, Hashable {
        /// Lower-case hexadecimal.
        package var sha256: String
        package var step: Int?
        package var bytes: Int64?

        package init(sha256: String, step: Int? = nil, bytes: Int64? = nil) {
            self.sha256 = sha256
            self.step = step
            self.bytes = bytes
        }
    }

    /// A measurement over training steps.
    package struct Curve: Codable, Sendable, Equatable {
        /// `loss`, `learning_rate`, `examples_per_second`, `tokens_per_second`, or an extra's name.
        package var metric: String
        /// In step order; at most some hundreds of points keep a report small.
        package var points: [Point]

        package init(metric: String, points: [Point]) {
            self.metric = metric
            self.points = points
        }
    }

    package struct Point: Codable, Sendable, Hashable {
        package var step: Int
        package var value: Double

        package init(step: Int, value: Double) {
            self.step = step
            self.value = value
        }
    }
}
