/// All that is known of a suite: what a report is made of.
package struct SuiteHistory: Codable, Sendable, Equatable {
    /// A run with what the store keeps of it.
    package struct Run: Codable, Sendable, Equatable {
        package var record: RunRecord
        package var attempts: [AttemptRecord]
        package var result: RunResult?
        /// What the run made, in the order in which it was stored.
        package var artifacts: [ArtifactRecord]
        /// Points by metric name.
        package var curves: [String: [MetricPoint]]

        package init(
            record: RunRecord,
            attempts: [AttemptRecord],
            result: RunResult?,
            artifacts: [ArtifactRecord] = [],
            curves: [String: [MetricPoint]] = [:]
        ) {
            self.record = record
            self.attempts = attempts
            self.result = result
            self.artifacts = artifacts
            self.curves = curves
        }

        /// The newest artifact of that kind whose file is there; of models and checkpoints the one with most training.
        package func artifact(_ kind: Artifact.Kind) -> Artifact? {
            let there = artifacts.filter { $0.artifact.kind == kind && $0.removedAt == nil }
            return ArtifactSelector.last.choose(from: there)?.artifact
        }

        /// On what the run's numbers were computed: the attempt that succeeded, else the last that said so.
        package var environment: AttemptEnvironment? {
            (attempts.last { $0.outcome == .succeeded } ?? attempts.last { $0.environment != nil })?.environment
        }
    }

    package var suite: SuiteRecord
    /// In submission order; the report run itself is among them.
    package var runs: [Run]
    /// What is known of configurations whose runs are not all among `runs`; nil where all of the suite's runs are.
    package var sweeps: [Sweep]?
    /// The suite's plan of seeds and its looks; nil where it has none.
    package var seeds: SeedPlanRecord?

    /// A configuration of a system on a task, of which at most the runs that count are at hand.
    package struct Sweep: Codable, Sendable, Equatable {
        package var system: String
        package var task: BenchmarkTask
        package var firstRun: RunID
        /// The runs of it that are among the history's.
        package var members: [RunID]
        package var runs: Int
        package var failed: Int
        /// Mean score over its seeds.
        package var mean: Double?

        package init(
            system: String,
            task: BenchmarkTask,
            firstRun: RunID,
            members: [RunID],
            runs: Int,
            failed: Int,
            mean: Double?
        ) {
            self.system = system
            self.task = task
            self.firstRun = firstRun
            self.members = members
            self.runs = runs
            self.failed = failed
            self.mean = mean
        }
    }

    package init(suite: SuiteRecord, runs: [Run], sweeps: [Sweep]? = nil, seeds: SeedPlanRecord? = nil) {
        self.suite = suite
        self.runs = runs
        self.sweeps = sweeps
        self.seeds = seeds
    }

    /// The metrics that reports draw, by the store's names.
    private static let curveNames = [
        "loss", "learning_rate", "tokens_per_second", "heldout_perplexity", "heldout_unigram_perplexity",
        "heldout_mlm_accuracy", "heldout_lm_accuracy", "heldout_nsp_accuracy",
    ]

    /// Points that all curves of a history may have together: beyond that each run's are thinned further.
    private static let pointLimit = 2_000_000

    /// Reads a suite's history; nil if there is no such suite.
    ///
    /// - Parameter curvePoints: of each curve at most; 0 reads none.
    package static func load(
        _ id: SuiteID,
        from store: any JobStore,
        curvePoints: Int = 200
    ) async throws -> SuiteHistory? {
        let runs = try await store.runCounts(suite: id).values.reduce(0, +)
        let share = pointLimit / max(1, runs * curveNames.count)
        return try await store.history(of: id, metrics: curveNames, points: min(curvePoints, share))
    }
}
