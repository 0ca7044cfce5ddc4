import PodiumEval
import Testing

@Suite struct StatisticsTests {
    struct File: Decodable {
        var wilson: [[Double]]
        var mcNemar: [[Double]]
        var fisher: [[Double]]
        var student: [[Double]]
        var normal: [[Double]]
        var seeds: Seeds
        var quantiles: [[Double]]
        var binomial: [[Double]]
    }

    struct Seeds: Decodable {
        var values: [Double]
        var mean: Double
        var sd: Double
        var low: Double
        var high: Double
    }

    let file: File

    init() throws {
        file = try Fixtures.decode(File.self, from: "statistics-vectors.json")
    }

    @Test func wilsonIntervalsEqualSciPy() throws {
        for vector in file.wilson {
            let interval = try Interval.wilson(successes: Int(vector[0]), of: Int(vector[1]))
            #expect(abs(interval.low - vector[2]) < 1e-12 && abs(interval.high - vector[3]) < 1e-12, "\(vector)")
        }
        let none = try Interval.wilson(successes: 0, of: 71)
        #expect(none.low == 0 && abs(none.high - 0.0513) < 5e-5)
        #expect(throws: EvalError.self) { try Interval.wilson(successes: 0, of: 0) }
    }

    @Test func mcNemarIsTheExactBinomialTest() {
        for vector in file.mcNemar {
            let p = PermutationTest.mcNemar(Int(vector[0]), Int(vector[1]))
            #expect(abs(p - vector[2]) < 1e-12, "\(vector): \(p)")
        }
        #expect(PermutationTest.mcNemar(0, 0) == 1)
        #expect(PermutationTest.mcNemar(1, 8) == 0.0390625)
        #expect(PermutationTest.mcNemar(3, 14) == 0.012725830078125)
        #expect(abs(PermutationTest.mcNemar(10, 25) - 0.01667384780012071) < 1e-15)
        // Two systems on 1,407 questions of SQuAD v2.0: 1.78 points apart in exact match, and not significant.
        #expect(abs(PermutationTest.mcNemar(151, 126) - 0.149) < 0.0005)
    }

    @Test func quantilesEqualSciPy() {
        for vector in file.normal {
            #expect(abs(Distribution.normalQuantile(vector[0]) - vector[1]) < 1e-9)
        }
        for vector in file.student {
            let found = Distribution.studentQuantile(vector[0], degreesOfFreedom: vector[1])
            #expect(abs(found - vector[2]) < 1e-9 * max(1, abs(vector[2])), "\(vector): \(found)")
        }
        for vector in file.quantiles {
            #expect(abs(Interval.quantile(vector[0], ofSorted: file.seeds.values.sorted()) - vector[1]) < 1e-12)
        }
    }

    @Test func correlationsHaveFisherIntervals() throws {
        for vector in file.fisher {
            let interval = try #require(Interval.fisherZ(correlation: vector[0], n: Int(vector[1])))
            #expect(abs(interval.low - vector[2]) < 1e-12 && abs(interval.high - vector[3]) < 1e-12)
        }
        #expect(Interval.fisherZ(correlation: 1, n: 10) == nil)
    }

    @Test func seedsAreSummedUpWithNothingHidden() throws {
        var runs = file.seeds.values.map { SeedSummary.Run.finished($0) }
        let clean = SeedSummary(runs)
        #expect(abs(try #require(clean.mean) - file.seeds.mean) < 1e-12)
        #expect(abs(try #require(clean.standardDeviation) - file.seeds.sd) < 1e-12)
        #expect(clean.median == 84.5 && clean.minimum == 83.6 && clean.maximum == 85)
        let interval = try #require(clean.interval)
        #expect(abs(interval.low - file.seeds.low) < 1e-9 && abs(interval.high - file.seeds.high) < 1e-9)
        runs += [.failed, .undefined, .degenerate(50)]
        let mixed = SeedSummary(runs)
        #expect(mixed.runs == 8 && mixed.n == 6)
        #expect(mixed.failed == 1 && mixed.undefined == 1 && mixed.degenerate == 1 && mixed.minimum == 50)
        #expect(SeedSummary([.failed]).mean == nil)
    }

    @Test func permutationIsExactForFewDifferences() {
        let a: [Double] = [1, 1, 1, 0, 1, 1, 0, 1, 1, 1]
        let b: [Double] = [1, 0, 1, 0, 0, 1, 0, 0, 1, 0]
        #expect(PermutationTest.p(a, b) == 0.125)
        #expect(PermutationTest.p(a, a) == 1)
    }

    @Test func sampledPermutationAgreesWithMcNemar() {
        let a = Array(repeating: 1.0, count: 45) + Array(repeating: 0.0, count: 25)
        let b = a.map { 1 - $0 }
        let p = PermutationTest.p(a, b, resamples: 20_000, seed: 3)
        #expect(abs(p - PermutationTest.mcNemar(45, 25)) < 0.005)
    }

    @Test func holmStepsDown() {
        let adjusted = MultipleComparisons.holm([0.001, 0.012, 0.03, 0.04, 0.2])
        for (found, expected) in zip(adjusted, [0.005, 0.048, 0.09, 0.09, 0.2]) {
            #expect(abs(found - expected) < 1e-15)
        }
        #expect(MultipleComparisons.holm([0.9, 0.8]) == [1, 1])
    }

    @Test func systemsThatCannotBeToldApartShareATier() {
        let scores: [Double?] = [80, 90, nil, 89.5, 70]
        let tiers = MultipleComparisons.tiers(scores) { (scores[$0] ?? 0) - (scores[$1] ?? 0) > 1 }
        #expect(tiers == [2, 1, nil, 1, 3])
    }

    @Test func expectedMaximumGrowsWithTheBudget() {
        let curve = Power.expectedMaximum([80, 82, 85, 86, 88])
        for (found, expected) in zip(curve, [84.2, 85.8, 86.552, 86.9712, 87.23552]) {
            #expect(abs(found - expected) < 1e-10)
        }
    }

    @Test(arguments: [
        (71, 4.24), (277, 2.15), (408, 1.77), (872, 1.21), (1500, 0.92), (5463, 0.48), (9815, 0.36), (10570, 0.35),
        (40430, 0.18),
    ])
    func standardErrorOfEightyFivePercent(n: Int, points: Double) {
        #expect(abs(100 * Power.standardError(proportion: 0.85, n: n) - points) < 0.005)
    }

    @Test func smallSetsDetectOnlyLargeDifferences() throws {
        let small = try #require(Power.minimumDetectableDifference(n: 277, discordance: 0.2))
        let large = try #require(Power.minimumDetectableDifference(n: 40_430, discordance: 0.2))
        #expect(small > 0.07 && small < 0.08 && large < 0.0063)
        #expect(Power.minimumDetectableDifference(n: 10, discordance: 0.1) == nil)
    }

    @Test func binomialDrawsHaveTheirMeanAndSpread() {
        for vector in file.binomial {
            var generator = Generator(seed: 5)
            let draws = (0..<20_000).map { _ in
                Double(Multinomial.binomial(trials: Int(vector[0]), probability: vector[1], using: &generator))
            }
            let mean = draws.reduce(0, +) / 20_000
            let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 19_999
            #expect(abs(mean - vector[2]) < 4 * vector[3] / 20_000.0.squareRoot(), "\(vector): \(mean)")
            #expect(abs(variance.squareRoot() / vector[3] - 1) < 0.03, "\(vector): \(variance.squareRoot())")
        }
    }

    @Test func generatorStreamsAreIndependentOfEachOther() {
        var seen: Set<UInt64> = []
        for stream in 0..<1000 as Range<UInt64> {
            var generator = Generator(seed: 1, stream: stream)
            for _ in 0..<10 { seen.insert(generator.next()) }
        }
        #expect(seen.count == 10_000)
    }
}
