import Foundation
import PodiumCore
import PodiumReport
import Testing

import PodiumExperiments
import PodiumLibrary

/// What a suite's history becomes: rows, tests between them, tiers, findings.
struct SuiteReportTests {
    /// A suite of runs on MRPC that leave predictions in a folder of their own.
    private final class Suite {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("podium-\(UUID().uuidString)")
        var runs: [SuiteHistory.Run] = []
        let examples = 400

        init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(at: folder) }

        /// Adds a run that answers wrongly wherever `isWrong` says so.
        func add(
            _ system: String,
            seed: UInt64,
            task: BenchmarkTask = .mrpc,
            rate: Double = 5e-5,
            findings: [RunFinding] = [],
            isWrong: (Int) -> Bool
        ) throws {
            let id = RunID(rawValue: Int64(runs.count + 1))
            let predictions = (0..<examples).map { number in
                let gold = number % 3 == 0 ? "0" : "1"
                let wrong = isWrong(number)
                return ExamplePrediction(
                    split: .dev,
                    example: "\(number)",
                    prediction: wrong ? (gold == "0" ? "1" : "0") : gold,
                    gold: gold,
                    score: wrong ? 0 : 1,
                    traits: InputTraits(
                        words: number % 4 == 0 ? 40 : 12,
                        unknownPieces: number % 5 == 0 ? 1 : 0,
                        cutPieces: 0,
                        sharedWords: 60
                    )
                )
            }
            let share = predictions.map(\.score).reduce(0, +) / Double(examples)
            var work = FineTuning(model: .named(system), task: task, seed: seed)
            work.optimization.learningRate = rate
            var result = RunResult(metrics: ["accuracy": share, "f1": share], score: share, examples: examples)
            result.findings = findings
            let written = try PredictionLog.write(predictions, to: folder.path + "/\(id).jsonl")
            let artifact = ArtifactRecord(
                id: id.rawValue,
                run: id,
                attempt: 1,
                token: id.rawValue,
                artifact: written,
                createdAt: 0
            )
            result.datasets = [
                DatasetUse(task: task, split: .dev, origin: .sample, examples: examples, files: [])
            ]
            let spec = RunSpec(name: "run-\(id)", system: system, work: .finetune(work))
            let record = RunRecord(
                id: id,
                suite: SuiteID(rawValue: 1),
                suiteName: "suite",
                spec: spec,
                state: .succeeded,
                submittedAt: 0
            )
            runs.append(SuiteHistory.Run(record: record, attempts: [], result: result, artifacts: [artifact]))
        }

        func report(rule: SelectionRule.Rule = .best) -> Report {
            maker(rule: rule).report(provenance: Self.provenance, generatedAt: 0, published: [])
        }

        static let provenance = Report.Provenance(
            version: "test",
            host: "test",
            operatingSystem: "test",
            cpu: "test",
            cores: 2,
            databaseSchema: 1
        )

        func maker(rule: SelectionRule.Rule = .best, memory: ReportMemory = ReportMemory()) -> SuiteReport {
            let suite = SuiteRecord(
                id: SuiteID(rawValue: 1),
                name: "suite",
                kind: .suite,
                source: "",
                selection: SelectionRule(rule: rule),
                submittedAt: 0
            )
            return SuiteReport(SuiteHistory(suite: suite, runs: runs), memory: memory)
        }

        /// The leaderboard in a format that has all of it.
        func leaderboard(_ memory: ReportMemory, extent: SuiteReport.Extent = .leaderboard) throws -> String {
            let report = maker(memory: memory).report(
                provenance: Self.provenance,
                generatedAt: 0,
                published: [],
                extent: extent
            )
            return try Leaderboard(report).render(.json) + Leaderboard(report).render(.csv)
        }
    }

    @Test func aLeaderboardByWhatEarlierOnesHaveReadIsTheSameAsOneFromTheStart() throws {
        let suite = try Suite()
        // One that keeps all, and one that has to throw away all but the last.
        for memory in [ReportMemory(), ReportMemory(limit: 5000)] {
            suite.runs = []
            for seed: UInt64 in 1...2 {
                for (place, system) in ["one", "two", "three"].enumerated() {
                    for task in [BenchmarkTask.mrpc, .sst2] {
                        try suite.add(system, seed: seed, task: task) { $0 % (5 + 2 * place) == Int(seed) }
                    }
                    guard seed > 1, system != "two" else { continue }
                    #expect(try suite.leaderboard(memory) == suite.leaderboard(ReportMemory()))
                }
            }
            let whole = try suite.leaderboard(memory, extent: .whole)
            #expect(whole.contains("agreement"))
            #expect(try suite.leaderboard(ReportMemory(), extent: .whole) == whole)
            #expect(try suite.leaderboard(memory) == whole)
            // A run that was deleted, and one whose file holds other answers.
            suite.runs.remove(at: 3)
            #expect(try suite.leaderboard(memory) == suite.leaderboard(ReportMemory()))
            let before = try suite.leaderboard(memory)
            let path = try #require(suite.runs[1].artifact(.predictions)?.path)
            let rows = try PredictionLog.read(path).map { row in
                var row = row
                (row.prediction, row.score) = (row.gold, 1)
                return row
            }
            _ = try PredictionLog.write(rows, to: path)
            #expect(try suite.leaderboard(memory) == suite.leaderboard(ReportMemory()))
            #expect(try suite.leaderboard(memory) != before)
            try FileManager.default.removeItem(atPath: path)
            #expect(try suite.leaderboard(memory) == suite.leaderboard(ReportMemory()))
        }
    }

    @Test func aRunThatEndedCostsItsOwnFileAndItsOwnTask() throws {
        let suite = try Suite()
        for seed: UInt64 in 1...2 {
            for task in [BenchmarkTask.mrpc, .sst2, .qqp] {
                for system in ["one", "two"] { try suite.add(system, seed: seed, task: task) { $0 % 7 == Int(seed) } }
            }
        }
        let memory = ReportMemory()
        _ = try suite.leaderboard(memory)
        #expect(memory.work == .init(read: 12, tested: 3))
        _ = try suite.leaderboard(memory)
        #expect(memory.work == .init(read: 12, tested: 3))
        try suite.add("two", seed: 3, task: .qqp) { $0 % 5 == 0 }
        _ = try suite.leaderboard(memory)
        #expect(memory.work == .init(read: 13, tested: 4))
    }

    @Test func aReportIsCheckedAgainstTheHashesThatItWasWrittenWith() throws {
        let suite = try Suite()
        for seed: UInt64 in 1...2 { try suite.add("one", seed: seed) { $0 % 7 == Int(seed) } }
        let folder = suite.folder.path + "/report"
        try suite.maker().write(to: folder, provenance: Suite.provenance)
        #expect(try SuiteReport.validate(in: folder) == folder + "/report.xml")
        try Data("changed".utf8).write(to: URL(fileURLWithPath: folder + "/leaderboard.md"))
        try FileManager.default.removeItem(atPath: folder + "/junit.xml")
        let error = try #require(throws: ExperimentError.self) { try SuiteReport.validate(in: folder) }
        #expect(error.message.contains("leaderboard.md is not as it was written"))
        #expect(error.message.contains("junit.xml is not there") && error.message.split(separator: "\n").count == 3)
    }

    @Test func longCurvesKeepTheirEndsAndTheirExtremes() throws {
        let suite = try Suite()
        for seed: UInt64 in 1...40 { try suite.add("one", seed: seed) { $0 % 7 == Int(seed) % 7 } }
        #expect(!suite.report().notes.contains { $0.code == "curves-thinned" })
        for place in suite.runs.indices {
            suite.runs[place].curves["loss"] = (1...900).map { step in
                MetricPoint(step: step, value: step == 450 ? 9 : step == 451 ? -9 : 1 / Double(step))
            }
        }
        let report = suite.report()
        #expect(report.notes.contains { $0.code == "curves-thinned" && $0.message.contains("625 points") })
        for run in report.runs {
            let points = try #require(run.curves.first).points
            #expect((600...625).contains(points.count) && points.first?.step == 1 && points.last?.step == 900)
            #expect(points.contains { $0.value == 9 } && points.contains { $0.value == -9 })
            #expect(zip(points, points.dropFirst()).allSatisfy { $0.step < $1.step })
        }
    }

    @Test func partsOfTheEvaluationSetAreScoredApart() throws {
        let suite = try Suite()
        for seed: UInt64 in 1...2 {
            let shift = Int(seed)
            // The worse system fails on long texts, where the better one does not.
            try suite.add("good", seed: seed) { ($0 + 2 * shift) % 10 == 0 }
            try suite.add("bad", seed: seed) { $0 % 4 == 0 || ($0 + 2 * shift) % 10 == 0 }
            try suite.add("worst", seed: seed) { ($0 + shift) % 10 < 6 }
        }
        let slices = try #require(suite.report().slices.first)
        #expect(suite.report().slices.count == 1 && slices.task == .mrpc && slices.metric == "accuracy")
        #expect(slices.first == "good" && slices.second == "bad" && slices.smallSlices == 0 && slices.fewest == 20)
        let greatest = try #require(slices.slices.first)
        #expect(greatest.axis == "words" && greatest.name == "33–64" && greatest.examples == 100)
        #expect(greatest.scores.map(\.system) == ["good", "bad", "worst"] && greatest.scores[1].value == 0)
        let difference = try #require(greatest.difference)
        #expect(difference.value > 0.79 && (difference.adjustedP ?? 1) < 0.001)
        #expect(try #require(difference.interval).source == .both && greatest.scores[0].interval.source == .both)
        let short = try #require(slices.slices.first { $0.name == "9–16" })
        #expect(short.examples == 300 && (short.difference?.value.magnitude ?? 1) < 0.02)
        // Nobody's input is cut, and all share as many words: these are no parts.
        #expect(Set(slices.slices.map(\.axis)) == ["label", "words", "[UNK]"])
    }

    @Test func systemsThatNoTestSeparatesShareATier() throws {
        let suite = try Suite()
        for seed: UInt64 in 1...2 {
            let shift = Int(seed)
            try suite.add("good", seed: seed) { ($0 + shift) % 10 == 0 }
            try suite.add("equal", seed: seed) { ($0 + shift) % 10 == 5 }
            try suite.add("bad", seed: seed) { ($0 + shift) % 10 < 5 }
        }
        let report = suite.report()
        #expect(report.comparisons.count == 3)
        #expect(report.comparisons.allSatisfy { $0.correction == "studentised maximum, step-down" && $0.task == .mrpc })
        #expect(
            report.tiers == [Report.Tier(rank: 1, systems: ["good", "equal"]), Report.Tier(rank: 2, systems: ["bad"])]
        )
        let worst = try #require(report.comparisons.first { $0.first == "good" && $0.second == "bad" })
        #expect(worst.difference > 0.3 && (worst.adjustedP ?? 1) < 0.001)
        let interval = try #require(worst.interval)
        #expect(interval.low < worst.difference && worst.difference < interval.high && interval.source == .both)
        #expect(try #require(worst.detectable) < worst.difference)
        // Two in ten answers more are wrong: so many examples out, and the order would turn.
        let close = try #require(report.comparisons.first { $0.first == "equal" || $0.second == "equal" })
        #expect(close.fragility != nil)
        let standings = report.standings.filter { $0.task == nil }.map { [$0.system: $0.text] }
        #expect(standings == [["good": "1–2"], ["equal": "1–2"], ["bad": "3"]])
        let flips = try #require(report.flips.first { $0.second == "bad" || $0.first == "bad" })
        #expect(flips.task == .mrpc && flips.firstRuns == 2 && flips.onlyFirst > 100 && flips.onlySecond == 0)
        #expect(flips.examples.count == 3 && flips.examples.allSatisfy { $0.firstIsRight && $0.text == nil })
        // Seeds and examples together come first: that is the interval which tables show.
        let cell = try #require(report.results.first { $0.system == "good" })
        #expect(cell.score?.intervals.map(\.source) == [.both, .seeds])
        #expect(cell.agreement.map { $0 > 0.7 && $0 < 0.9 } == true && cell.tries == 2)
        try report.check()
    }

    @Test func runsWithoutPredictionsAreTestedWithNothing() throws {
        let suite = try Suite()
        try suite.add("one", seed: 1) { $0 % 10 == 0 }
        try suite.add("two", seed: 1) { $0 % 2 == 0 }
        try FileManager.default.removeItem(atPath: suite.folder.path + "/2.jsonl")
        let report = suite.report()
        #expect(report.comparisons.isEmpty && report.tiers.isEmpty)
        #expect(report.notes.contains { $0.code == "predictions-missing" && $0.message.hasSuffix(": 2") })
    }

    @Test func theBestConfigurationIsShownOrAllOfThem() throws {
        let suite = try Suite()
        for (place, rate) in [1e-5, 3e-5, 5e-5].enumerated() {
            try suite.add("system", seed: 1, rate: rate) { $0 % (place + 2) == 0 }
        }
        let best = try #require(suite.report().results.first)
        #expect(best.configuration == "learningRate 5e-5" && best.configurations == 3 && best.tries == 3)
        #expect(best.expectedMaximum.count == 3 && best.expectedMaximum[2] > best.expectedMaximum[0])
        #expect((best.inflation ?? 0) > 0.005)
        #expect(best.notes.contains { $0.code == "selected-on-dev" })
        let all = suite.report(rule: .all)
        #expect(
            all.systems.map(\.id) == [
                "system, learningRate 1e-5", "system, learningRate 3e-5", "system, learningRate 5e-5",
            ]
        )
        #expect(all.results.allSatisfy { $0.configurations == 1 })
    }

    @Test func findingsOfSeedsAreCountedAndCollapseIsAStatus() throws {
        let collapsed = RunFinding(code: "collapsed", message: "every prediction is 1")
        let suite = try Suite()
        try suite.add("half", seed: 1, findings: [collapsed]) { $0 % 3 == 0 }
        try suite.add("half", seed: 2) { $0 % 5 == 0 }
        try suite.add("whole", seed: 1, findings: [collapsed]) { $0 % 3 == 0 }
        let other = RunFinding(code: "collapsed", message: "every prediction is 0")
        for (seed, finding) in [collapsed, other, collapsed].enumerated() {
            try suite.add("both", seed: UInt64(seed + 1), findings: [finding]) { $0 % 3 == 0 }
        }
        let results = suite.report().results
        let both = try #require(results.first { $0.system == "both" })
        #expect(both.notes.map(\.message).first == "3 of 3 seeds: every prediction is 1; every prediction is 0")
        let half = try #require(results.first { $0.system == "half" })
        #expect(half.status == .ok && half.notes.map(\.message) == ["1 of 2 seeds: every prediction is 1"])
        #expect(results.first { $0.system == "whole" }?.status == .degenerate)
    }
}
