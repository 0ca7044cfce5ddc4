package import PodiumCore

extension Report {
    /// One cell of the leaderboard: what a system reached on a task.
    package struct Outcome: Codable, Sendable, Equatable {
        package enum Status: String, Codable, Sendable {
            case ok
            /// The metric has no value here, such as a correlation of constant predictions.
            case undefined
            /// Nothing was run.
            case missing
            /// Some runs are not over yet, or only part of the examples was scored.
            case partial
            /// At or under the majority classifier.
            case degenerate
            /// Every run failed.
            case failed
        }

        package var system: String
        package var task: BenchmarkTask
        /// `Dataset.id` of what was scored.
        package var dataset: String
        package var status: Status
        /// The task's score as it enters averages; the mean where there are several seeds.
        package var score: Measurement?
        /// By official name, in the order of `BenchmarkTask.metrics`.
        package var metrics: [Metric]
        /// How many examples one run was scored on.
        package var examples: Int
        /// The runs that count, by number.
        package var runs: [Int64]
        /// What tells the chosen configuration from the others of its sweep: `learningRate 3e-5`.
        package var configuration: String?
        /// How many configurations it was chosen from.
        package var configurations: Int
        /// How many runs all those configurations had.
        package var tries: Int
        /// The share of examples on which all seeds say the same; nil with fewer than two.
        package var agreement: Double?
        /// By how much choosing the best of equally good configurations on the same data would be expected to raise the
        /// score; nil without a choice.
        package var inflation: Double?
        /// The expected best of 1, 2, … of the configurations; empty with fewer than two.
        package var expectedMaximum: [Double]
        package var notes: [Note]

        package init(
            system: String,
            task: BenchmarkTask,
            dataset: String,
            status: Status = .ok,
            score: Measurement? = nil,
            metrics: [Metric] = [],
            examples: Int = 0,
            runs: [Int64] = [],
            configuration: String? = nil,
            configurations: Int = 1,
            tries: Int = 0,
            agreement: Double? = nil,
            inflation: Double? = nil,
            expectedMaximum: [Double] = [],
            notes: [Note] = []
        ) {
            self.system = system
            self.task = task
            self.dataset = dataset
            self.status = status
            self.score = score
            self.metrics = metrics
            self.examples = examples
            self.runs = runs
            self.configuration = configuration
            self.configurations = configurations
            self.tries = tries
            self.agreement = agreement
            self.inflation = inflation
            self.expectedMaximum = expectedMaximum
            self.notes = notes
        }
    }

    package struct Metric: Codable, Sendable, Equatable {
        package var name: String
        /// Nil where the metric is undefined.
        package var measurement: Measurement?

        package init(name: String, measurement: Measurement?) {
            self.name = name
            self.measurement = measurement
        }
    }

    /// A value with what is known of its uncertainty.
    package struct Measurement: Codable, Sendable, Equatable {
        package var value: Double
        /// The first one is printed in tables: where there are seeds, that over seeds and examples together.
        package var intervals: [Interval]
        /// Present where the value is a mean over seeds.
        package var seeds: SeedSummary?

        package init(value: Double, intervals: [Interval] = [], seeds: SeedSummary? = nil) {
            self.value = value
            self.intervals = intervals
            self.seeds = seeds
        }
    }

    /// A confidence interval.
    package struct Interval: Codable, Sendable, Equatable {
        /// Which noise it covers: the two are never pooled silently.
        package enum Source: String, Codable, Sendable {
            /// Another draw of evaluation examples.
            case examples
            /// Another training run with another seed.
            case seeds
            /// Both, by a two-level bootstrap.
            case both
        }

        package var low: Double
        package var high: Double
        /// 0.95 for 95 %.
        package var level: Double
        package var source: Source
        /// `Wilson`, `bootstrap (10000)`, `Student t`, `Fisher z`.
        package var method: String

        package init(low: Double, high: Double, level: Double = 0.95, source: Source, method: String) {
            self.low = low
            self.high = high
            self.level = level
            self.source = source
            self.method = method
        }

        /// Half its width: what tables print after ±.
        package var halfWidth: Double { (high - low) / 2 }
    }

    /// What several seeds gave.
    package struct SeedSummary: Codable, Sendable, Equatable {
        /// Seeds that gave a value.
        package var count: Int
        /// Seeds whose run failed; they are in no mean, and are always shown.
        package var failed: Int
        package var mean: Double
        /// With n - 1; nil for a single seed.
        package var standardDeviation: Double?
        package var minimum: Double
        /// The middle value, or the mean of the two in the middle.
        package var median: Double
        package var maximum: Double
        /// By ascending seed.
        package var values: [SeedValue]

        /// Summarises; nil without a value.
        package init?(_ values: [SeedValue], failed: Int = 0) {
            let numbers = values.map(\.value)
            guard let minimum = numbers.min(), let maximum = numbers.max() else { return nil }
            let count = Double(numbers.count)
            let mean = numbers.reduce(0, +) / count
            let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            self.count = numbers.count
            self.failed = failed
            // The rounding of sum and division may leave the range by one unit in the last place.
            self.mean = min(max(mean, minimum), maximum)
            self.standardDeviation = numbers.count > 1 ? (squares / (count - 1)).squareRoot() : nil
            self.minimum = minimum
            let sorted = numbers.sorted()
            self.median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
            self.maximum = maximum
            self.values = values.sorted { ($0.seed, $0.run) < ($1.seed, $1.run) }
        }
    }

    package struct SeedValue: Codable, Sendable, Hashable {
        package var seed: UInt64
        package var run: Int64
        package var value: Double

        package init(seed: UInt64, run: Int64, value: Double) {
            self.seed = seed
            self.run = run
            self.value = value
        }
    }
}
