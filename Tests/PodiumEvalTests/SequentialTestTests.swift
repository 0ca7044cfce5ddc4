import Foundation
import PodiumCore
import PodiumEval
import Testing

/// The group-sequential permutation test against the package that it follows, and what it decides in worlds of its own.
@Suite struct SequentialTestTests {
    private struct Case: Decodable {
        struct Look: Decodable {
            /// A letter for each pair: larger, smaller, undecided.
            var decisions: String
            var boundary: Double?
        }

        var systems: Int
        var looks: Int
        var permutations: Int
        var pairs: [[Int]]
        var level: Double
        var levels: [Double]
        var seed: UInt64
        var scale: Double
        /// By look, then by system.
        var groups: [[[Double]]]
        var upper: [Look]
        var both: [Look]?

        func test(_ tails: SequentialTest.Tails) -> SequentialTest {
            // The package's own spending is linear.
            let linear = (1...looks).map { level * Double($0) / Double(looks) }
            return SequentialTest(
                comparisons: pairs.map { SequentialTest.Pair($0[0], $0[1]) },
                levels: tails == .upper ? linear : levels,
                permutations: permutations,
                tails: tails,
                seed: seed
            )
        }
    }

    private static let cases = (try? Fixtures.decode([Case].self, from: "sequential-vectors.json")) ?? []

    @Test func decisionsAndBoundariesAreThoseOfAdaStopGivenTheSamePermutations() throws {
        try #require(Self.cases.count == 201)
        var looks = 0
        var decided = 0
        for (number, one) in Self.cases.enumerated() {
            for (tails, expected) in [(SequentialTest.Tails.upper, one.upper), (.both, one.both ?? [])] {
                var test = one.test(tails)
                for (place, look) in expected.enumerated() {
                    let running = Set(
                        zip(one.pairs, test.decisions).filter { $1 == .undecided }.flatMap { pair, _ in pair }
                    )
                    let group = one.groups[place].enumerated().map { system, scores in
                        running.contains(system) ? scores.map { $0 * one.scale } : []
                    }
                    let found = test.look(at: group)
                    let letters = found.decisions.map { $0 == .larger ? "l" : $0 == .smaller ? "s" : "u" }.joined()
                    #expect(letters == look.decisions, "case \(number), look \(place + 1), \(tails)")
                    let isNear = look.boundary.map { ($0 - found.boundary).magnitude <= 1e-9 * $0.magnitude }
                    #expect(isNear ?? found.boundary.isInfinite, "case \(number), look \(place + 1), \(tails)")
                    looks += 1
                    decided += letters.count { $0 != "u" }
                }
            }
        }
        // That the cases are of both kinds.
        #expect(looks > 600 && decided > 300)
    }

    // MARK: Worlds

    /// By Box and Muller.
    private static func normal(_ generator: inout Generator) -> Double {
        (-2 * log(generator.uniform())).squareRoot() * cos(2 * .pi * generator.uniform())
    }

    /// Groups of five up to 25 seeds, as a plan has them.
    private static func levels(_ systems: Int) -> [Double] {
        let names = (0..<systems).map { "system-\($0)" }
        return SeedPlan(systems: names, tasks: [.mrpc], start: 5, step: 5, atMost: 25, level: 0.05).looks.map(\.level)
    }

    /// Runs a plan of all pairs to its end: the decisions, and the seeds that each system took.
    private static func outcome(
        of means: [Double],
        permutations: Int,
        _ generator: inout Generator
    ) -> (decisions: [SequentialTest.Decision], seeds: [Int]) {
        let pairs = means.indices.flatMap { first in
            means.indices.filter { $0 > first }.map { SequentialTest.Pair(first, $0) }
        }
        let levels = levels(means.count)
        var test = SequentialTest(
            comparisons: pairs,
            levels: levels,
            permutations: permutations,
            seed: generator.next()
        )
        var seeds = means.map { _ in 0 }
        for _ in levels {
            let running = Set(
                zip(pairs, test.decisions).filter { $1 == .undecided }.flatMap { pair, _ in [pair.first, pair.second] }
            )
            guard !running.isEmpty else { break }
            let group = means.enumerated().map { system, mean in
                running.contains(system) ? (0..<5).map { _ in mean + normal(&generator) } : []
            }
            for system in running { seeds[system] += 5 }
            _ = test.look(at: group)
        }
        return (test.decisions, seeds)
    }

    private static func worlds<Value: Sendable>(
        _ count: Int,
        seed: UInt64,
        _ body: @escaping @Sendable (inout Generator) -> Value
    ) async -> [Value] {
        await withTaskGroup(of: [Value].self) { group in
            for part in 0..<8 {
                group.addTask {
                    stride(from: part, to: count, by: 8).map { world in
                        var generator = Generator(seed: seed, stream: UInt64(world))
                        return body(&generator)
                    }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
    }

    @Test(arguments: [2, 10])
    func equalSystemsAreToldApartInFiveWorldsOfAHundredAtMost(systems: Int) async {
        let decided = await Self.worlds(2000, seed: 41) { generator in
            let means = [Double](repeating: 0, count: systems)
            return Self.outcome(of: means, permutations: 10_000, &generator).decisions.contains { $0 != .undecided }
        }
        let rate = Double(decided.count { $0 }) / 2000
        #expect(rate <= 0.05, "\(systems) systems: \(rate)")
        #expect(rate > 0)
    }

    @Test func twoDeviationsAreFoundWithEightSeedsOnAverage() async {
        let outcomes = await Self.worlds(500, seed: 42) { generator in
            Self.outcome(of: [0, 2], permutations: 100_000, &generator)
        }
        let found = outcomes.count { $0.decisions == [.smaller] }
        let mean = Double(outcomes.map { $0.seeds[0] }.reduce(0, +)) / Double(outcomes.count)
        #expect(found >= 495 && mean <= 8, "\(found) found, \(mean) seeds")
    }

    // MARK: Odd groups

    @Test func aGroupWithoutScoresOfOneSystemCountsForNothing() {
        var test = SequentialTest(
            comparisons: [SequentialTest.Pair(0, 1), SequentialTest.Pair(0, 2)],
            levels: [0.05, 0.1],
            permutations: 1000,
            seed: 1
        )
        let first = test.look(at: [[1, 2, 3, 4, 5], [], [11, 12, 13, 14, 15]])
        #expect(first.decisions == [.undecided, .smaller])
        let second = test.look(at: [[1, 2, 3, 4, 5], [11, 12, 13, 14, 15], []])
        #expect(second.decisions == [.smaller, .smaller])
    }

    @Test func groupsOfUnequalSizesDecideByRandomPermutations() {
        var test = SequentialTest(
            comparisons: [SequentialTest.Pair(0, 1)],
            levels: [0.05],
            permutations: 100,
            seed: 3
        )
        let look = test.look(at: [[1, 2, 3, 4], [7, 8, 9, 10, 11]])
        #expect(look.decisions == [.smaller] && look.permutations == 100)
        #expect(look.spent <= 0.05)
    }

    @Test func equalScoresDecideNothing() {
        var test = SequentialTest(
            comparisons: [SequentialTest.Pair(0, 1)],
            levels: [0.05, 0.1],
            permutations: 10_000,
            seed: 1
        )
        for _ in 0..<2 {
            #expect(test.look(at: [[0.5, 0.5, 0.5, 0.5], [0.5, 0.5, 0.5, 0.5]]).decisions == [.undecided])
        }
    }
}
