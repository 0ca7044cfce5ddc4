package import PodiumCore
import PodiumEval
package import PodiumReport

/// Turns a suite's history into the report's plain values.
///
/// What the store knows comes in, the page's content comes out; besides, only files that runs left behind are read.
package struct SuiteReport {
    package let suite: SuiteRecord
    let history: SuiteHistory
    let names: DatasetNames
    private let dataDirectory: String?
    private let places: [String: String]
    private let memory: ReportMemory

    /// - Parameters:
    ///   - dataDirectory: where the sample lies, so that texts of examples can be shown; nil shows none.
    ///   - places: where folders of data lie on this machine, by the names that they have in job files.
    ///   - memory: what earlier reports have read and computed; it changes nothing but how long this one takes.
    package init(
        _ history: SuiteHistory,
        dataDirectory: String? = nil,
        places: [String: String] = [:],
        memory: ReportMemory = ReportMemory()
    ) {
        suite = history.suite
        self.history = history.reported
        names = DatasetNames(self.history.runs)
        self.dataDirectory = dataDirectory
        self.places = places
        self.memory = memory
    }

    var histories: [SuiteHistory.Run] { history.runs }

    /// Where the predictions lie that are tested: with a file that is changed or gone another report comes out.
    package var predictionPaths: [String] { histories.compactMap { $0.artifact(.predictions)?.path } }

    /// The finished runs of a system's best configuration.
    private func chosen(_ system: String, _ task: BenchmarkTask) -> [SuiteHistory.Run] {
        Configurations(history, system: system, task: task).best?.members.filter { $0.record.state == .succeeded } ?? []
    }

    /// The tasks that runs of the suite are scored on, in the benchmark's order.
    package var tasks: [BenchmarkTask] {
        BenchmarkTask.allCases.filter { task in
            histories.contains { run in
                run.record.spec.task == task || run.result?.furtherSets?.contains { $0.task == task } == true
            }
        }
    }

    /// What of a report is wanted.
    package enum Extent: Sendable {
        case whole
        /// What `Leaderboard` shows: without the runs, in what systems differ, and parts of the sets.
        case leaderboard
    }

    /// The report, without published rows when `published` is empty.
    package func report(
        provenance: Report.Provenance,
        generatedAt: Double,
        published: [Report.PublishedTable],
        extent: Extent = .whole
    ) -> Report {
        let isWhole = extent == .whole
        let (systems, tasks) = (self.systems(), self.tasks)
        let tables = PredictionTables(
            systems.flatMap { system in tasks.flatMap { chosen(system.id, $0) } },
            memory: memory,
            traits: isWhole
        )
        let tests = SystemComparisons(
            systems: systems.map(\.id),
            tasks: tasks,
            tables: tables,
            memory: memory,
            details: isWhole ? ExampleTexts(dataDirectory: dataDirectory, places: places) : nil,
            chosen: chosen
        )
        let cells = LeaderboardCells(history: history, datasets: names, tables: tables, tests: tests)
        let datasets = self.datasets()
        let results = systems.flatMap { system in tasks.compactMap { cells.outcome(system: system.id, task: $0) } }
            .map { $0.checkedForPlausibility(datasets: datasets, published: published) }
        var notes: [Report.Note] = []
        if !tables.missing.isEmpty {
            let runs = tables.missing.map { "\($0)" }.joined(separator: ", ")
            notes.append(
                Report.Note(
                    code: "predictions-missing",
                    severity: .warning,
                    message: "Nothing is tested with these runs, whose predictions are not on this machine: \(runs)"
                )
            )
        }
        let thinning = CurveThinning(histories)
        if let note = thinning.note { notes.append(note) }
        notes += history.seedPlanNotes
        for system in systems {
            let own = histories.filter { $0.record.spec.system == system.id }
            if let sane = GLUESane(own) { notes.append(sane.note(of: system.name)) }
        }
        if histories.contains(where: { $0.record.spec.work.examples?.data == .sample }) {
            notes.append(
                Report.Note(
                    code: "sample-data",
                    severity: .warning,
                    message: "Scores on the generated sample compare systems with each other, with nothing published."
                )
            )
        }
        return Report(
            title: suite.name,
            generatedAt: generatedAt,
            provenance: provenance.computed(on: histories.compactMap(\.environment)),
            selection: suite.selection.rule == .best
                ? "per task, the configuration with the best mean development score over its seeds"
                : "every configuration, in a row of its own",
            tasks: tasks,
            datasets: datasets,
            systems: systems,
            runs: isWhole ? histories.map { run($0, thinning) } : [],
            results: results,
            averages: systems.flatMap { averages(of: $0.id, results: results, tests: tests) },
            comparisons: isWhole ? tests.comparisons : [],
            tiers: tests.tiers,
            standings: tests.standings,
            flips: tests.flips,
            slices: tests.slices,
            published: tasks.isEmpty ? [] : published,
            notes: notes
        )
    }
}
