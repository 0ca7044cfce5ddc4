package import PodiumCore

/// A report's main table, resolved: who stands where, what is bold, what may be compared.
///
/// All table formats are printed from this one value. Rows that may not be
/// compared stand in different groups: measured rows share their data sets,
/// published rows share their split.
package struct Leaderboard: Sendable {
    package enum Column: Hashable, Sendable {
        case average(Report.AveragingProtocol)
        case task(BenchmarkTask)

        package var title: String {
            switch self {
            case .average(let averaging): averaging.title
            case .task(let task): task.displayName
            }
        }
    }

    package struct Cell: Sendable {
        package var column: Column
        package var status: Report.Outcome.Status
        /// ×1; nil where there is nothing to print.
        package var value: Double?
        package var interval: Report.Interval?
        package var seeds: Report.SeedSummary?
        /// The metrics that make up the score, ×1, where there is more than one.
        package var parts: [(metric: String, value: Double)]
        /// Set where a published row gives one of several metrics only.
        package var onlyMetric: String?
        package var isBest = false
        package var isSecond = false
        /// What an incomplete average lacks.
        package var missing: [BenchmarkTask] = []
        package var notes: [Report.Note] = []
        /// Split and origin, where the group's cells differ in them.
        package var dataMark: String?
        /// The ranks that the tests on this task leave open.
        package var standing: Report.Standing?
        /// Configurations that the score was chosen from; 1 without a choice.
        package var configurations = 1
        /// The share of examples on which all seeds say the same.
        package var agreement: Double?
    }

    package struct Row: Sendable {
        /// Position in the group, or the tier's where tests were made; nil for published rows.
        package var rank: Int?
        /// The ranks that the tests over all tasks leave open.
        package var standing: Report.Standing?
        /// The most configurations that one of its scores was chosen from; nil for published rows.
        package var tries: Int?
        package var name: String
        /// `Report.System.id`, or nil for a published row.
        package var system: String?
        /// Number of its source in `sources`, from 1; nil for a measured row.
        package var source: Int?
        /// False for published rows that are reference material only.
        package var isHeadline = true
        package var cells: [Cell]

        /// `2–5`, or the plain rank where nothing was tested; nil for published rows.
        package var rankText: String? { standing?.text ?? rank.map { String($0) } }
    }

    package struct Group: Sendable {
        package var isPublished: Bool
        package var split: String
        /// Set for measured rows; `.sample` if any data set of the group is the sample.
        package var origin: Report.Dataset.Origin?
        /// `Measured · dev`.
        package var heading: String
        /// What the scores were taken on, or what they may not be compared with.
        package var dataNote: String?
        package var rows: [Row]

        package var title: String {
            [heading, dataNote].compactMap(\.self).joined(separator: " · ")
        }
    }

    package let title: String
    package let columns: [Column]
    /// Measured groups first, then published ones by split.
    package let groups: [Group]
    /// Tables that the published rows come from; a row's `source` counts from 1.
    package let sources: [Report.PublishedTable]
    /// What a reader must know, a line each: data, intervals, selection, averages.
    package let remarks: [String]
    /// Whether any score is one on the generated sample.
    package let hasSampleScores: Bool

    /// `headlinesOnly` leaves out published rows that are reference material only.
    package init(_ report: Report, headlinesOnly: Bool = true) {
        let report = report.canonical()
        let averagings = Report.AveragingProtocol.allCases.filter { averaging in
            report.averages.contains { $0.averaging == averaging }
        }
        let columns = averagings.map(Column.average) + report.tasks.map(Column.task)
        let measured = Self.measuredGroups(report, columns: columns)
        let sampled = measured.contains { $0.origin == .sample }
        let (published, sources) = Self.publishedGroups(
            report,
            columns: columns,
            headlinesOnly: headlinesOnly,
            besideSample: sampled
        )
        self.title = report.title
        self.columns = columns
        self.groups = measured + published
        self.sources = sources
        self.hasSampleScores = sampled
        self.remarks = Self.remarks(report, groups: measured + published)
    }
}
