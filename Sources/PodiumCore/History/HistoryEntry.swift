/// A run as history lists it.
package struct HistoryEntry: Codable, Sendable, Equatable {
    package var id: RunID
    package var suite: SuiteID
    package var suiteName: String
    /// Of the suite.
    package var tags: [String]
    package var isArchived: Bool
    package var name: String
    package var kind: RunKind
    package var system: String
    package var task: BenchmarkTask?
    /// What it started from: a model's name or path, `run NAME`, `fresh PRESET`.
    package var model: String?
    package var seed: UInt64?
    package var state: RunStanding
    /// The last failure's message.
    package var reason: String?
    package var attempt: Int
    package var submittedAt: Double
    package var startedAt: Double?
    package var endedAt: Double?
    /// On the scale 0 to 1.
    package var score: Double?
    /// What the score was taken on; nil without a score.
    package var basis: ScoreBasis?

    package init(
        id: RunID,
        suite: SuiteID,
        suiteName: String,
        tags: [String] = [],
        isArchived: Bool = false,
        name: String,
        kind: RunKind,
        system: String,
        task: BenchmarkTask? = nil,
        model: String? = nil,
        seed: UInt64? = nil,
        state: RunStanding,
        reason: String? = nil,
        attempt: Int = 0,
        submittedAt: Double,
        startedAt: Double? = nil,
        endedAt: Double? = nil,
        score: Double? = nil,
        basis: ScoreBasis? = nil
    ) {
        self.id = id
        self.suite = suite
        self.suiteName = suiteName
        self.tags = tags
        self.isArchived = isArchived
        self.name = name
        self.kind = kind
        self.system = system
        self.task = task
        self.model = model
        self.seed = seed
        self.state = state
        self.reason = reason
        self.attempt = attempt
        self.submittedAt = submittedAt
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.score = score
        self.basis = basis
    }

    /// Seconds from the first start to the end.
    package var seconds: Double? {
        startedAt.flatMap { start in endedAt.map { $0 - start } }
    }
}

/// What scores must share to be ranked together: the split, whose data it is, which bytes, and how many examples of it.
package struct ScoreBasis: Codable, Hashable, Sendable {
    /// `dev`.
    package var split: String
    package var origin: DatasetUse.Origin
    /// Twelve hexadecimal digits that stand for the names and hashes of the files.
    package var version: String
    package var examples: Int

    package init(split: String, origin: DatasetUse.Origin, version: String, examples: Int) {
        self.split = split
        self.origin = origin
        self.version = version
        self.examples = examples
    }
}

/// The runs of a suite that differ in nothing but the seed.
package struct ConfigurationScores: Codable, Sendable, Equatable {
    package var suite: SuiteID
    package var suiteName: String
    package var submittedAt: Double
    package var system: String
    package var task: BenchmarkTask
    /// Equal for equal hyper-parameters, whatever the suite.
    package var configuration: String
    /// The first of its runs.
    package var firstRun: RunID
    package var runs: Int
    /// Runs that failed or were cancelled.
    package var failed: Int
    /// What its scores were taken on; nil where none of these runs has one.
    package var basis: ScoreBasis?
    /// Runs with a score.
    package var scored: Int
    /// Of the scores; nil without one.
    package var mean: Double?
    /// With n − 1; nil for a single score.
    package var deviation: Double?
    package var minimum: Double?
    /// The middle score, or the mean of the two in the middle.
    package var median: Double?
    package var maximum: Double?

    package init(
        suite: SuiteID,
        suiteName: String,
        submittedAt: Double,
        system: String,
        task: BenchmarkTask,
        configuration: String,
        firstRun: RunID,
        runs: Int,
        failed: Int,
        basis: ScoreBasis?,
        scored: Int,
        mean: Double?,
        deviation: Double?,
        minimum: Double?,
        median: Double?,
        maximum: Double?
    ) {
        self.suite = suite
        self.suiteName = suiteName
        self.submittedAt = submittedAt
        self.system = system
        self.task = task
        self.configuration = configuration
        self.firstRun = firstRun
        self.runs = runs
        self.failed = failed
        self.basis = basis
        self.scored = scored
        self.mean = mean
        self.deviation = deviation
        self.minimum = minimum
        self.median = median
        self.maximum = maximum
    }
}
