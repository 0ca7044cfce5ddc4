import PodiumCore
import PodiumEval
import PodiumLibrary
import PodiumReport

/// The predictions that a suite's runs left on disk, arranged for resampling.
struct PredictionTables {
    private let predictions: [RunID: RunAnswers]
    /// Where the predictions of each run were read from.
    let files: [RunID: FileIdentity]
    /// Runs whose file is not on this machine any more; nothing is tested with them.
    let missing: [RunID]

    /// - Parameter traits: whether what is known of inputs is wanted, which makes parts of a set.
    init(_ histories: [SuiteHistory.Run], memory: ReportMemory, traits: Bool) {
        var found: [RunID: RunAnswers] = [:]
        var files: [RunID: FileIdentity] = [:]
        var missing: [RunID] = []
        for history in histories {
            guard let path = history.artifact(.predictions)?.path else { continue }
            if let file = FileIdentity(path), let answers = memory.answers(in: file, traits: traits) {
                found[history.record.id] = answers
                files[history.record.id] = file
            } else {
                missing.append(history.record.id)
            }
        }
        predictions = found
        self.files = files
        self.missing = missing
    }

    /// Systems that answered the same examples, by their places; without those of which a run's answers are missing.
    ///
    /// - Parameter runs: of each system.
    func groups(_ runs: [[SuiteHistory.Run]]) -> [[Int]] {
        var groups: [(examples: EvaluatedExamples, members: [Int])] = []
        for (system, own) in runs.enumerated() {
            let columns = own.compactMap { predictions[$0.record.id] }
            guard let first = columns.first, columns.count == own.count,
                columns.allSatisfy({ $0.examples.areSame(as: first.examples) })
            else { continue }
            if let place = groups.firstIndex(where: { $0.examples.areSame(as: first.examples) }) {
                groups[place].members.append(system)
            } else {
                groups.append((first.examples, [system]))
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
            columns.allSatisfy({ $0.examples.areSame(as: first.examples) })
        else { return nil }
        if task.isSQuAD {
            return try? ScoreTable(scores: columns.map(\.scores), metric: "f1", groups: first.groups)
        }
        let gold = zip(first.examples.names, first.examples.gold).map { LabelledRow(id: $0, label: $1) }
        guard let side = try? GLUEExamples(task: task, rows: gold, predicted: first.texts) else { return nil }
        let sides = [side] + columns.dropFirst().compactMap { Self.side($0, like: side, first.examples, gold, task) }
        return sides.count == columns.count ? try? ScoreTable(sides) : nil
    }

    /// A run's answers as classes or numbers; nil where one of them is neither.
    ///
    /// - Parameter known: those of a run on `examples`, whose gold side is not made again.
    private static func side(
        _ column: RunAnswers,
        like known: GLUEExamples,
        _ examples: EvaluatedExamples,
        _ rows: [LabelledRow],
        _ task: BenchmarkTask
    ) -> GLUEExamples? {
        guard case .classes(_, let labels, let gold, _) = known, column.examples === examples else {
            return try? GLUEExamples(task: task, rows: rows, predicted: column.texts)
        }
        var classes: [UInt32: Int] = [:]
        var predicted: [Int] = []
        predicted.reserveCapacity(column.answers.count)
        for answer in column.answers {
            if classes[answer] == nil {
                let text = examples.texts(of: [answer])[0]
                classes[answer] = labels.firstIndex { $0.utf8.elementsEqual(text.utf8) }
            }
            guard let label = classes[answer] else { return nil }
            predicted.append(label)
        }
        return .classes(task: task, labels: labels, gold: gold, predicted: predicted)
    }

    /// The share of examples on which all runs say the same; nil with fewer than two runs.
    func agreement(of runs: [SuiteHistory.Run]) -> Double? {
        let columns = runs.compactMap { predictions[$0.record.id] }
        guard columns.count == runs.count, let first = columns.first else { return nil }
        // Numbers of answers compare within one list of examples only.
        return columns.allSatisfy { $0.examples === first.examples }
            ? Robustness.agreement(columns.map(\.answers)) : Robustness.agreement(columns.map(\.texts))
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
            (first + second).allSatisfy({ $0.examples.areSame(as: rows.examples) }),
            // A number is neither right nor wrong.
            task != .stsb
        else { return nil }
        func all(_ columns: [RunAnswers], _ place: Int, _ isRight: Bool) -> Bool {
            columns.allSatisfy { ($0.score(place) >= 0.5) == isRight }
        }
        let places = 0..<rows.examples.count
        let onlyFirst = places.filter { all(first, $0, true) && all(second, $0, false) }
        let onlySecond = places.filter { all(first, $0, false) && all(second, $0, true) }
        guard !onlyFirst.isEmpty || !onlySecond.isEmpty else { return nil }
        let shown = Array(onlyFirst.prefix(shownFlips)) + Array(onlySecond.prefix(shownFlips))
        let found = texts.texts(of: task, in: run, examples: Set(shown.map { rows.examples.names[$0] }))
        let examples = shown.map { place in
            let row = rows.row(place)
            let text = found[row.split]?[row.example]
            return Report.Flips.Example(
                id: row.example,
                text: text?.text,
                passage: text?.passage,
                gold: row.gold,
                first: Self.mostFrequent(first.map { $0.text(place) }),
                second: Self.mostFrequent(second.map { $0.text(place) }),
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
            columns.allSatisfy({ $0.allSatisfy { $0.examples.areSame(as: rows.examples) } })
        else { return nil }
        let keys = (0..<rows.examples.count).map { place in
            // Models read one text differently; of a system any run will do.
            let traits = columns.compactMap { $0[0].traits?[place] }
            return ExampleSlices.keys(
                of: rows.row(place),
                task: task,
                traits: traits.dropFirst().reduce(traits.first) { $0?.joined(with: $1) }
            )
        }
        let found = SliceScores(
            scores: columns.map { runs in
                runs.map { run in run.scores.map { ExampleSlices.score($0, task: task) } }
            },
            groups: task.isSQuAD ? rows.groups : nil,
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
