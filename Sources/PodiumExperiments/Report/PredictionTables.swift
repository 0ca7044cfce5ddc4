import PodiumCore
import PodiumEval
import PodiumLibrary
import PodiumReport

/// The predictions that a suite's runs left on disk, arranged for resampling.
struct PredictionTables {
    private let predictions: [RunID: [ExamplePrediction]]
    /// Runs whose file is not on this machine any more; nothing is tested with them.
    let missing: [RunID]

    init(_ histories: [SuiteHistory.Run]) {
        var found: [RunID: [ExamplePrediction]] = [:]
        var missing: [RunID] = []
        for history in histories {
            guard let path = history.artifact(.predictions)?.path else { continue }
            if let rows = try? PredictionLog.read(path), !rows.isEmpty {
                found[history.record.id] = rows
            } else {
                missing.append(history.record.id)
            }
        }
        predictions = found
        self.missing = missing
    }

    /// Systems that answered the same examples, by their places; without those of which a run's answers are missing.
    ///
    /// - Parameter runs: of each system.
    func groups(_ runs: [[SuiteHistory.Run]]) -> [[Int]] {
        var groups: [(example: [ExamplePrediction], members: [Int])] = []
        for (system, own) in runs.enumerated() {
            let columns = own.compactMap { predictions[$0.record.id] }
            guard let first = columns.first, columns.count == own.count,
                columns.allSatisfy({ Self.areSameExamples($0, first) })
            else { continue }
            if let place = groups.firstIndex(where: { Self.areSameExamples($0.example, first) }) {
                groups[place].members.append(system)
            } else {
                groups.append((first, [system]))
            }
        }
        return groups.map(\.members)
    }

    /// One column a run, in the order given.
    ///
    /// MNLI's two sets are taken as one; of SQuAD each question's F1 is known, and whole articles are drawn.
    /// - Returns: nil if a run's predictions are missing or were made on other examples.
    func table(of runs: [SuiteHistory.Run], task: BenchmarkTask) -> ScoreTable? {
        let columns = runs.compactMap { predictions[$0.record.id] }
        guard let first = columns.first, columns.count == runs.count,
            columns.allSatisfy({ Self.areSameExamples($0, first) })
        else { return nil }
        if task.isSQuAD {
            let groups = first.compactMap(\.group)
            return try? ScoreTable(
                scores: columns.map { $0.map(\.score) },
                metric: "f1",
                groups: groups.count == first.count ? groups : nil
            )
        }
        let gold = first.map { LabelledRow(id: $0.example, label: $0.gold) }
        let sides = columns.compactMap { try? GLUEExamples(task: task, rows: gold, predicted: $0.map(\.prediction)) }
        return sides.count == columns.count ? try? ScoreTable(sides) : nil
    }

    /// The share of examples on which all runs say the same; nil with fewer than two runs.
    func agreement(of runs: [SuiteHistory.Run]) -> Double? {
        let columns = runs.compactMap { predictions[$0.record.id] }
        guard columns.count == runs.count else { return nil }
        return Robustness.agreement(columns.map { $0.map(\.prediction) })
    }

    /// Examples that all runs of one side have right and all of the other wrong; nil where they are not comparable.
    ///
    /// - Parameter shownFlips: how many of each kind are told.
    func flips(
        _ a: [SuiteHistory.Run],
        _ b: [SuiteHistory.Run],
        task: BenchmarkTask,
        texts: ExampleTexts,
        examples shownFlips: Int
    ) -> Report.Flips? {
        let (first, second) = (a.compactMap { predictions[$0.record.id] }, b.compactMap { predictions[$0.record.id] })
        guard let rows = first.first, first.count == a.count, second.count == b.count, let run = a.first,
            (first + second).allSatisfy({ Self.areSameExamples($0, rows) }),
            // A number is neither right nor wrong.
            task != .stsb
        else { return nil }
        func all(_ columns: [[ExamplePrediction]], _ place: Int, _ isRight: Bool) -> Bool {
            columns.allSatisfy { ($0[place].score >= 0.5) == isRight }
        }
        let onlyFirst = rows.indices.filter { all(first, $0, true) && all(second, $0, false) }
        let onlySecond = rows.indices.filter { all(first, $0, false) && all(second, $0, true) }
        guard !onlyFirst.isEmpty || !onlySecond.isEmpty else { return nil }
        let shown = Array(onlyFirst.prefix(shownFlips)) + Array(onlySecond.prefix(shownFlips))
        let found = texts.texts(of: task, in: run, examples: Set(shown.map { rows[$0].example }))
        let examples = shown.map { place in
            let row = rows[place]
            let text = found[row.split]?[row.example]
            return Report.Flips.Example(
                id: row.example,
                text: text?.text,
                passage: text?.passage,
                gold: row.gold,
                first: Self.mostFrequent(first.map { $0[place].prediction }),
                second: Self.mostFrequent(second.map { $0[place].prediction }),
                firstIsRight: onlyFirst.contains(place)
            )
        }
        return Report.Flips(
            first: "",
            second: "",
            task: task,
            firstRuns: a.count,
            secondRuns: b.count,
            onlyFirst: onlyFirst.count,
            onlySecond: onlySecond.count,
            examples: examples
        )
    }

    private static func mostFrequent(_ answers: [String]) -> String {
        var counts: [String: Int] = [:]
        for answer in answers { counts[answer, default: 0] += 1 }
        return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? ""
    }

    private static func areSameExamples(_ a: [ExamplePrediction], _ b: [ExamplePrediction]) -> Bool {
        a.count == b.count
            && zip(a, b).allSatisfy { $0.split == $1.split && $0.example == $1.example && $0.gold == $1.gold }
    }
}

// MARK: Parts of an evaluation set

extension PredictionTables {
    /// Scores of systems on parts of their common examples, the first two compared.
    ///
    /// - Parameters:
    ///   - systems: best first, with their runs.
    ///   - furtherSystems: how many more there are.
    /// - Returns: nil where there are no parts, or runs answered other examples.
    func slices(
        _ systems: [(name: String, runs: [SuiteHistory.Run])],
        task: BenchmarkTask,
        furtherSystems: Int
    ) -> Report.Slices? {
        let columns = systems.map { $0.runs.compactMap { predictions[$0.record.id] } }
        guard let rows = columns.first?.first,
            zip(systems, columns).allSatisfy({ !$1.isEmpty && $0.runs.count == $1.count }),
            columns.allSatisfy({ $0.allSatisfy { Self.areSameExamples($0, rows) } })
        else { return nil }
        let keys = rows.indices.map { place in
            // Models read one text differently; of a system any run will do.
            let traits = columns.compactMap { $0[0][place].traits }
            return ExampleSlices.keys(
                of: rows[place],
                task: task,
                traits: traits.dropFirst().reduce(traits.first) { $0?.joined(with: $1) }
            )
        }
        let groups = task.isSQuAD ? rows.compactMap(\.group) : []
        let found = SliceScores(
            scores: columns.map { runs in runs.map { run in run.map { ExampleSlices.score(of: $0, task: task) } } },
            groups: groups.count == rows.count ? groups : nil,
            keys: keys,
            compared: columns.count > 1 ? (0, 1) : nil
        )
        guard !found.slices.isEmpty else { return nil }
        return Report.Slices(
            task: task,
            metric: ExampleSlices.metric(of: task),
            first: systems[0].name,
            second: systems.count > 1 ? systems[1].name : nil,
            furtherSystems: furtherSystems,
            smallSlices: found.small,
            fewest: SliceScores.fewest,
            slices: found.slices.map { slice in Self.slice(slice, systems.map { ($0.name, $0.runs.count) }) }
        )
    }

    private static func slice(_ slice: SliceScores.Slice, _ systems: [(name: String, runs: Int)]) -> Report.Slices.Slice
    {
        let overSeeds = systems.prefix(2).contains { $0.runs > 1 }
        return Report.Slices.Slice(
            axis: slice.key.axis,
            name: slice.key.name,
            examples: slice.n,
            scores: zip(systems, slice.scores).map { system, score in
                Report.Slices.Score(
                    system: system.name,
                    value: score.value,
                    interval: Report.Interval(score.interval, source: system.runs > 1 ? .both : .examples)
                )
            },
            difference: slice.difference.map { difference in
                Report.Slices.Difference(
                    value: difference.value,
                    interval: difference.interval.map { Report.Interval($0, source: overSeeds ? .both : .examples) },
                    p: difference.p,
                    adjustedP: difference.adjustedP
                )
            }
        )
    }
}
