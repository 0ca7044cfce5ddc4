package import PodiumCore

/// Everything a comparison page says, as plain values.
///
/// All renderers (HTML, XML, JSON, CSV, Markdown, LaTeX, terminal) read this
/// and nothing else, so they cannot disagree. Scores and metrics are on a scale
/// of 0 to 1 (correlations -1 to 1), SQuAD's too; tables multiply by 100.
/// Times are seconds since 1970, UTC. No number may be NaN or infinite: what is
/// undefined is nil and has a status. `canonical()` fixes the order of all lists.
package struct Report: Codable, Sendable, Equatable {
    /// Version of this layout and of `podium-report.xsd`.
    package var schemaVersion: Int
    /// The suite's name.
    package var title: String
    /// The report's only time stamp of its own.
    package var generatedAt: Double
    package var provenance: Provenance
    /// How a sweep became one row: `best dev (mean over seeds)`; printed under the table.
    package var selection: String?
    /// The columns of the leaderboard, in its order; results of other tasks are an error.
    package var tasks: [BenchmarkTask]
    package var datasets: [Dataset]
    package var systems: [System]
    package var runs: [Run]
    /// At most one for a system and task.
    package var results: [Outcome]
    package var averages: [Average]
    package var comparisons: [Comparison]
    /// Systems that cannot be told apart, best first; empty when no test was made.
    package var tiers: [Tier]
    /// The ranks that the tests leave open, on each task and over all.
    package var standings: [Standing]
    /// Where neighbours on a task differ, whatever the seed.
    package var flips: [Flips]
    /// Scores of parts of the evaluation sets.
    package var slices: [Slices]
    /// Reference rows from the literature, each table with its split and source.
    package var published: [PublishedTable]
    /// Remarks on the whole report.
    package var notes: [Note]

    package init(
        title: String,
        generatedAt: Double,
        provenance: Provenance,
        selection: String? = nil,
        tasks: [BenchmarkTask],
        datasets: [Dataset] = [],
        systems: [System] = [],
        runs: [Run] = [],
        results: [Outcome] = [],
        averages: [Average] = [],
        comparisons: [Comparison] = [],
        tiers: [Tier] = [],
        standings: [Standing] = [],
        flips: [Flips] = [],
        slices: [Slices] = [],
        published: [PublishedTable] = [],
        notes: [Note] = []
    ) {
        self.schemaVersion = 3
        self.title = title
        self.generatedAt = generatedAt
        self.provenance = provenance
        self.selection = selection
        self.tasks = tasks
        self.datasets = datasets
        self.systems = systems
        self.runs = runs
        self.results = results
        self.averages = averages
        self.comparisons = comparisons
        self.tiers = tiers
        self.standings = standings
        self.flips = flips
        self.slices = slices
        self.published = published
        self.notes = notes
    }
}

extension Report {
    /// A remark or a detector's finding: `majority-baseline`, `permuted-labels`, `adversarial-dev-set`.
    package struct Note: Codable, Sendable, Hashable {
        package enum Severity: String, Codable, Sendable {
            case info, warning
        }
        /// Short and stable, in kebab case.
        package var code: String
        package var severity: Severity
        package var message: String

        package init(code: String, severity: Severity = .info, message: String) {
            self.code = code
            self.severity = severity
            self.message = message
        }
    }
}
