import PodiumCore
import PodiumEval
import Testing

/// Intervals and rankings against SciPy and NumPy; the script stands beside the vectors.
@Suite struct RankingTests {
    struct File: Decodable {
        struct Accelerated: Decodable {
            var draws: [Double]
            var estimate: Double
            var jackknife: [Double]
            var low: Double
            var high: Double
        }

        struct Cluster: Decodable {
            var sums: [Double]
            var sizes: [Double]
            var mean: Double
            var error: Double
        }

        struct Ranking: Decodable {
            var estimates: [Double]
            var draws: [[Double]]
            var pairs: [[Int]]
            var adjusted: [Double]
            var low: [Double]
            var high: [Double]
            var best: [Int]
            var worst: [Int]
        }

        struct Fragility: Decodable {
            var a: [Double]
            var b: [Double]
            var examples: Int?
        }

        var clopperPearson: [[Double]]
        var accelerated: [Accelerated]
        var expectedMaximum: [[Double]]
        var cluster: Cluster
        var ranking: Ranking
        var fragility: [Fragility]
    }

    let file: File

    init() throws {
        file = try Fixtures.decode(File.self, from: "ranking-vectors.json")
    }

    @Test func exactIntervalsEqualSciPy() throws {
        for vector in file.clopperPearson {
            let interval = try Interval.clopperPearson(successes: Int(vector[0]), of: Int(vector[1]))
            #expect(abs(interval.low - vector[2]) < 1e-10 && abs(interval.high - vector[3]) < 1e-10, "\(vector)")
        }
        #expect(try Interval.proportion(successes: 40, of: 71).method == .clopperPearson)
        #expect(try Interval.proportion(successes: 100, of: 277).method == .wilson)
        #expect(throws: EvalError.self) { try Interval.clopperPearson(successes: 2, of: 1) }
    }

    @Test func acceleratedIntervalsEqualSciPy() throws {
        for vector in file.accelerated {
            let interval = try #require(
                Interval.accelerated(
                    vector.draws,
                    estimate: vector.estimate,
                    jackknife: vector.jackknife.map { (value: $0, count: 1) }
                )
            )
            #expect(interval.method == .accelerated)
            #expect(abs(interval.low - vector.low) < 1e-9 && abs(interval.high - vector.high) < 1e-9)
        }
        // Values that never vary have no acceleration.
        let constant = Interval.accelerated([1, 1, 1], estimate: 1, jackknife: [(value: 1, count: 3)])
        #expect(constant?.low == 1 && constant?.method == .bootstrap)
    }

    @Test func theBestOfManyIsExpectedAboveThem() {
        for vector in file.expectedMaximum {
            #expect(abs(Selection.expectedMaximum(of: Int(vector[0])) - vector[1]) < 1e-8, "\(vector)")
        }
        #expect(Selection.inflation(count: 1, standardError: 0.02) == 0)
    }

    @Test func clusterErrorsAreTheSandwich() throws {
        let mean = ClusterMean(sums: file.cluster.sums, sizes: file.cluster.sizes)
        #expect(abs(mean.estimate - file.cluster.mean) < 1e-12)
        #expect(abs((mean.standardError ?? 0) - file.cluster.error) < 1e-12)
        let interval = try #require(mean.interval(Bootstrap(resamples: 2000)))
        #expect(interval.clusters == 12 && interval.contains(mean.estimate))
        #expect(ClusterMean(sums: [1], sizes: [2]).interval() == nil)
    }

    @Test func rankingsEqualTheNaiveStepDown() {
        let vector = file.ranking
        let systems = zip(vector.estimates, vector.draws).map {
            SystemDraws(estimate: $0, values: $1, seeds: 1, seedParts: [])
        }
        let ranking = SystemRanking(systems)
        #expect(ranking.pairs.map { [$0.first, $0.second] } == vector.pairs)
        for (pair, place) in zip(ranking.pairs, vector.pairs.indices) {
            #expect(abs(pair.adjustedP - vector.adjusted[place]) < 1e-12, "\(place)")
            #expect(abs(pair.interval.low - vector.low[place]) < 1e-12)
            #expect(abs(pair.interval.high - vector.high[place]) < 1e-12)
        }
        #expect(ranking.ranks.map(\.lowerBound) == vector.best && ranking.ranks.map(\.upperBound) == vector.worst)
    }

    /// Worked by hand: A beats C and D, B beats D, nothing else is certain.
    @Test func aBoardOfFourHasTheRanksAndTiersThatItMust() {
        let better = [(0, 2), (0, 3), (1, 3)]
        #expect(SystemRanking.ranks(4, better: better) == [1...2, 1...3, 2...4, 3...4])
        // C is not beaten by B, but by A, which is in the first tier; D leads nobody.
        #expect(SystemRanking.tiers(4, better: better) == [1, 1, 2, 2])
        #expect(SystemRanking.tiers(3, better: [(0, 1), (1, 2), (2, 0)]) == [1, 1, 1])
        #expect(SystemRanking.ranks(1, better: []) == [1...1])
    }

    @Test func fragilityIsTheSmallestSubsetThereIs() throws {
        for vector in file.fragility {
            let table = try ScoreTable(scores: [vector.a, vector.b], metric: "accuracy")
            #expect(Robustness.fragility(table, [0], [1]) == vector.examples, "\(vector.a) \(vector.b)")
        }
        let equal = try ScoreTable(scores: [[1, 0], [0, 1]], metric: "accuracy")
        #expect(Robustness.fragility(equal, [0], [1]) == 0)
        let hopeless = try ScoreTable(scores: [[1, 1, 1], [0, 0, 0]], metric: "accuracy")
        #expect(Robustness.fragility(hopeless, [0], [1]) == nil)
    }

    @Test func agreementCountsExamplesThatAllSeedsAnswerAlike() {
        #expect(Robustness.agreement([["a", "b", "c", "d"], ["a", "x", "c", "d"], ["a", "b", "c", "y"]]) == 0.5)
        #expect(Robustness.agreement([["a"]]) == nil)
        #expect(Robustness.agreement([["a"], ["a", "b"]]) == nil)
    }

    /// Sixteen resamples at a time give what one at a time does, of every kind of task.
    @Test(arguments: [BenchmarkTask.cola, .mrpc, .sst2, .mnli, .stsb, .ax])
    func sixteenResamplesAtOnceAreSixteenResamples(task: BenchmarkTask) throws {
        let systems = try BootstrapTests.systems(task, n: 300, accuracies: [0.7, 0.5, 0.6], seed: 4)
        try check(ScoreTable(systems))
    }

    @Test func meansInSixteenLanesAreMeans() throws {
        var generator = Generator(seed: 5)
        let scores = (0..<2).map { _ in (0..<60).map { _ in generator.uniform() } }
        try check(ScoreTable(scores: scores, metric: "f1"))
        try check(ScoreTable(scores: scores, metric: "f1", groups: (0..<60).map { "\($0 / 7)" }))
    }

    private func check(_ table: ScoreTable) throws {
        var generator = Generator(seed: 11)
        let lanes = (0..<16).map { _ in table.resample(using: &generator) }
        let found = ColumnSums(table).scores(lanes)
        for (lane, weights) in lanes.enumerated() {
            let values = table.values(weights: weights)
            for column in 0..<table.columns {
                let expected = values[(column + 1) * table.width - 1]
                #expect(abs(found[column * 16 + lane] - expected) < 1e-9, "column \(column), lane \(lane)")
            }
        }
    }

    @Test func publishedScoresAreRankedByTheSizeOfTheTestSet() {
        func row(_ value: Double, _ n: Int) -> (value: Double, standardError: Double) {
            (value, PublishedRanking.standardError(metric: "accuracy", value: value, n: n))
        }
        let large = PublishedRanking([row(0.92, 10_000), row(0.90, 10_000), row(0.899, 10_000)])
        #expect(large.ranks == [1...1, 2...3, 2...3] && large.tiers == [1, 2, 2])
        #expect(large.adjacent == 2 && large.separableAdjacent == 1)
        let small = PublishedRanking([row(0.92, 100), row(0.90, 100), row(0.899, 100)])
        #expect(small.ranks == [1...3, 1...3, 1...3] && small.separableAdjacent == 0)
        #expect((small.detectable ?? 0) > 0.1 && (large.detectable ?? 1) < 0.011)
    }
}
