import PodiumCore
import PodiumEval
import Testing
import PodiumPrimitives

@Suite struct BootstrapTests {
    /// Random examples of a task: system A is right with `a`, B with `b`.
    static func systems(_ task: BenchmarkTask, n: Int, accuracies: [Double], seed: UInt64) throws -> [GLUEExamples] {
        var generator = Generator(seed: seed)
        guard case .classification(let labels) = task.output else {
            let gold = (0..<n).map { _ in (generator.uniform() * 25).rounded() / 5 }
            return accuracies.map { accuracy in
                .numbers(task: task, gold: gold, predicted: gold.map { $0 * accuracy + generator.uniform() })
            }
        }
        let gold = (0..<n).map { _ in generator.index(below: labels.count) }
        return accuracies.map { accuracy in
            let predicted = gold.map { generator.uniform() < accuracy ? $0 : generator.index(below: labels.count) }
            return .classes(task: task, labels: labels, gold: gold, predicted: predicted)
        }
    }

    @Test func theSameSeedGivesTheSameIntervals() throws {
        let table = try ScoreTable(Self.systems(.mrpc, n: 408, accuracies: [0.8, 0.7], seed: 1))
        let first = Bootstrap(resamples: 500, seed: 9).intervals(of: table).map(\.interval)
        let second = Bootstrap(resamples: 500, seed: 9).intervals(of: table).map(\.interval)
        let other = Bootstrap(resamples: 500, seed: 10).intervals(of: table).map(\.interval)
        #expect(first == second && first != other)
    }

    @Test func accuracyIntervalsComeCloseToWilson() throws {
        let systems = try Self.systems(.sst2, n: 872, accuracies: [0.8], seed: 2)
        let table = try ScoreTable(systems)
        let drawn = try #require(Bootstrap(resamples: 4000, seed: 1).intervals(of: table).first?.interval)
        let value = try #require(table.values.first)
        let wilson = try Interval.wilson(successes: Int((value * 872).rounded()), of: 872)
        #expect(abs(drawn.low - wilson.low) < 0.004 && abs(drawn.high - wilson.high) < 0.004)
    }

    @Test func correlationIntervalsComeCloseToFisher() throws {
        let table = try ScoreTable(Self.systems(.stsb, n: 1500, accuracies: [0.2], seed: 3))
        let drawn = try #require(Bootstrap(resamples: 2000, seed: 1).intervals(of: table).first?.interval)
        let fisher = try #require(Interval.fisherZ(correlation: table.values[0], n: 1500))
        #expect(abs(drawn.low - fisher.low) < 0.01 && abs(drawn.high - fisher.high) < 0.01)
    }

    @Test func tablesGiveTheValuesOfTheMetrics() throws {
        for task in BenchmarkTask.glue {
            let systems = try Self.systems(task, n: 300, accuracies: [0.7, 0.5], seed: 4)
            let table = try ScoreTable(systems)
            let expected = systems.flatMap { system in
                system.metrics.map(\.value) + [MetricValue.mean(system.metrics.map(\.value))]
            }
            for (found, value) in zip(table.values, expected) {
                #expect(abs(found - (value.value ?? .nan)) < 1e-12, "\(task)")
            }
        }
    }

    @Test func aClearDifferenceIsFoundAndNoneIsNotInvented() throws {
        let clear = try ScoreTable(Self.systems(.rte, n: 277, accuracies: [0.9, 0.3], seed: 5))
        let found = PairedComparison(clear, bootstrap: Bootstrap(resamples: 2000))
        #expect(try #require(found.bootstrapP) < 0.01 && #require(found.permutationP) < 0.01)
        #expect(try #require(found.interval).low > 0)
        let equal = try ScoreTable(Self.systems(.rte, n: 277, accuracies: [0.6, 0.6], seed: 6))
        let nothing = PairedComparison(equal, bootstrap: Bootstrap(resamples: 2000))
        #expect(try #require(nothing.permutationP) > 0.05 && #require(nothing.interval).contains(0))
    }

    @Test func pairedTestsSeeWhatUnpairedOnesMiss() throws {
        let task = BenchmarkTask.sst2
        let gold = Array(repeating: 1, count: 400)
        let a = (0..<400).map { $0 < 320 ? 1 : 0 }
        let b = (0..<400).map { $0 < 306 ? 1 : 0 }
        let table = try ScoreTable([a, b].map { .classes(task: task, labels: ["0", "1"], gold: gold, predicted: $0) })
        let comparison = PairedComparison(table, bootstrap: Bootstrap(resamples: 2000))
        #expect(try #require(comparison.permutationP) < 0.01)
        let unpaired = 2 * Power.standardError(proportion: 0.78, n: 400) * 2.0.squareRoot()
        #expect(14.0 / 400 < unpaired)
    }

    @Test func seedsWidenTheInterval() throws {
        let examples = try Self.systems(.mrpc, n: 408, accuracies: [0.9, 0.5, 0.7], seed: 7)
        let table = try ScoreTable(examples)
        let bootstrap = Bootstrap(resamples: 2000)
        let drawn = MultiBootstrap(bootstrap).draws(table, owners: [0, 0, 0], systems: 1)
        let both = try #require(drawn[0]?.interval())
        let single = try #require(bootstrap.intervals(of: table, column: 2).last?.interval)
        #expect(both.high - both.low > single.high - single.low)
        #expect(both.method == .hierarchicalBootstrap)
    }

    @Test func constantPredictionsLeaveUndefinedResamplesCounted() throws {
        let table = try ScoreTable([.numbers(task: .stsb, gold: [1, 2, 3], predicted: [1, 1, 2])])
        let interval = try #require(Bootstrap(resamples: 1000).intervals(of: table).first?.interval)
        #expect(interval.undefinedResamples > 0 && interval.resamples == 1000)
        let constant = try ScoreTable([.numbers(task: .stsb, gold: [1, 2, 3], predicted: [2, 2, 2])])
        #expect(Bootstrap(resamples: 100).intervals(of: constant).allSatisfy { $0.interval == nil })
    }

    @Test func systemsOnDifferentExamplesAreNotCompared() throws {
        let one = GLUEExamples.numbers(task: .stsb, gold: [1, 2], predicted: [1, 2])
        let other = GLUEExamples.numbers(task: .stsb, gold: [1, 3], predicted: [1, 2])
        #expect(throws: EvalError.self) { try ScoreTable([one, other]) }
    }

    @Test func paragraphsAreDrawnWhole() throws {
        let references = (0..<60).map {
            SQuADReference(id: "q\($0)", answers: ["x"], isImpossible: false, paragraph: $0 / 10)
        }
        let predictions = SQuADPredictions(references.map { (id: $0.id, answer: $0.paragraph < 3 ? "x" : "y") })
        let score = try SQuADScore.v1(references, predictions: predictions)
        let bootstrap = Bootstrap(resamples: 1000)
        let names = ["exact_match", "f1"]
        let alone = try #require(
            bootstrap.intervals(of: ScoreTable(squad: [score], metrics: names, clustered: false)).first?.interval
        )
        let whole = try #require(
            bootstrap.intervals(of: ScoreTable(squad: [score], metrics: names, clustered: true)).first?.interval
        )
        #expect(whole.high - whole.low > 2 * (alone.high - alone.low))
    }

    @Test func nineDevelopmentSetsTakeUnderTwoSeconds() throws {
        let sizes: [BenchmarkTask: Int] = [
            .cola: 1043, .sst2: 872, .mrpc: 408, .stsb: 1500, .qqp: 40_430, .mnli: 9815, .qnli: 5463, .rte: 277,
            .wnli: 71,
        ]
        let tables = try sizes.map { task, n in
            try ScoreTable(Self.systems(task, n: n, accuracies: [0.8, 0.78], seed: 8))
        }
        let duration = ContinuousClock().measure {
            for table in tables {
                _ = PairedComparison(table, permutes: false, bootstrap: Bootstrap(resamples: 10_000))
            }
        }
        print("10,000 paired resamples of nine development sets: \(duration)")
        #expect(duration < .seconds(20), "far from the two seconds it takes on an idle machine")
    }
}
