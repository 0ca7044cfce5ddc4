import PodiumCore
import PodiumEval
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What procedures decide where nothing differs, and how often intervals cover what they are of.
///
/// Seeds are fixed: these are statements about 2,000 particular worlds.
@Suite struct NullTests {
    private static let worlds = 2000

    /// Systems of equal worth: examples differ in how hard they are, seeds in how good they turned out.
    private func world(
        systems: Int,
        seeds: Int,
        examples: Int,
        seedDeviation: Double,
        _ generator: inout Generator
    ) throws -> [SystemDraws] {
        let columns = Self.columns(systems * seeds, examples: examples, seedDeviation: seedDeviation, &generator)
        let table = try Self.table(columns)
        let owners = (0..<(systems * seeds)).map { $0 / seeds }
        let drawn = MultiBootstrap(Bootstrap(resamples: 400, seed: generator.next()))
            .draws(table, owners: owners, systems: systems)
        return drawn.compactMap(\.self)
    }

    /// Of each run of equally good systems, which examples it has right.
    private static func columns(
        _ runs: Int,
        examples: Int,
        seedDeviation: Double,
        _ generator: inout Generator
    ) -> [[Double]] {
        let hardness = (0..<examples).map { _ in 0.5 + 0.5 * generator.uniform() }
        return (0..<runs).map { _ in
            let shift = seedDeviation * Self.normal(&generator)
            return hardness.map { generator.uniform() < $0 + shift ? 1.0 : 0 }
        }
    }

    private static func table(_ columns: [[Double]]) throws -> ScoreTable {
        try ScoreTable(
            columns.map { right in
                GLUEExamples.classes(
                    task: .rte,
                    labels: ["0", "1"],
                    gold: right.map { _ in 1 },
                    predicted: right.map { Int($0) }
                )
            }
        )
    }

    /// By Box and Muller: a hundred times as fast as the quantile.
    private static func normal(_ generator: inout Generator) -> Double {
        (-2 * log(1 - generator.uniform())).squareRoot() * cos(2 * Double.pi * generator.uniform())
    }

    @Test(arguments: [(2, 1, 0.0), (2, 5, 0.02), (2, 3, 0.05), (10, 1, 0.0), (10, 5, 0.03)])
    func equalSystemsAreToldApartInSixWorldsOfAHundredAtMost(systems: Int, seeds: Int, deviation: Double) async throws {
        let decided = try await count(Self.worlds) { world in
            var generator = Generator(seed: 77, stream: UInt64(world))
            let drawn = try self.world(
                systems: systems,
                seeds: seeds,
                examples: 100,
                seedDeviation: deviation,
                &generator
            )
            return SystemRanking(drawn).pairs.contains { $0.adjustedP < 0.05 }
        }
        let rate = Double(decided) / Double(Self.worlds)
        #expect(rate <= 0.06, "\(systems) systems, \(seeds) seeds: \(rate)")
    }

    /// Over several tasks the mean is ranked, of examples and seeds that are independent from task to task.
    @Test(arguments: [(2, 1, 0.0), (5, 3, 0.03)])
    func equalMeansOverTasksAreToldApartInSixWorldsOfAHundredAtMost(
        systems: Int,
        seeds: Int,
        deviation: Double
    ) async throws {
        let decided = try await count(Self.worlds) { world in
            var generator = Generator(seed: 131, stream: UInt64(world))
            let tasks = try [60, 100, 140].map { examples in
                try self.world(
                    systems: systems,
                    seeds: seeds,
                    examples: examples,
                    seedDeviation: deviation,
                    &generator
                )
            }
            let means = (0..<systems).compactMap { system in SystemDraws.mean(of: tasks.map { $0[system] }) }
            return SystemRanking(means).pairs.contains { $0.adjustedP < 0.05 }
        }
        let rate = Double(decided) / Double(Self.worlds)
        #expect(rate <= 0.06, "\(systems) systems, \(seeds) seeds: \(rate)")
    }

    /// Boards of which nothing is known but scores and the size of the test set.
    @Test(arguments: [2, 10])
    func equalPublishedSystemsAreToldApartInSixWorldsOfAHundredAtMost(systems: Int) async throws {
        let decided = try await count(Self.worlds) { world in
            var generator = Generator(seed: 149, stream: UInt64(world))
            let rows = (0..<systems).map { _ in
                let value = Double((0..<500).count { _ in generator.uniform() < 0.85 }) / 500
                return (
                    value: value, standardError: PublishedRanking.standardError(metric: "acc", value: value, n: 500)
                )
            }
            return PublishedRanking(rows).ranks.contains { $0 != 1...systems }
        }
        let rate = Double(decided) / Double(Self.worlds)
        #expect(rate <= 0.06 && rate > 0, "\(systems) systems: \(rate)")
    }

    /// The two tests of two single runs: swapped answers, and resampled examples.
    @Test func twoEqualRunsAreToldApartInSixWorldsOfAHundredAtMost() async throws {
        let decided = try await counts(Self.worlds) { world in
            var generator = Generator(seed: 101, stream: UInt64(world))
            let table = try Self.table(Self.columns(2, examples: 100, seedDeviation: 0, &generator))
            let comparison = PairedComparison(table, bootstrap: Bootstrap(resamples: 400, seed: generator.next()))
            return ((comparison.permutationP ?? 1) < 0.05, (comparison.bootstrapP ?? 1) < 0.05)
        }
        #expect(Double(decided.0) / Double(Self.worlds) <= 0.06, "permutation: \(decided)")
        #expect(Double(decided.1) / Double(Self.worlds) <= 0.06, "bootstrap: \(decided)")
    }

    /// The two tests of two single runs on questions about articles: whole articles are swapped and drawn.
    @Test func twoEqualRunsOnClustersAreToldApartInSixWorldsOfAHundredAtMost() async throws {
        let groups = (0..<500).map { "article \($0 / 10)" }
        let decided = try await counts(Self.worlds) { world in
            var generator = Generator(seed: 313, stream: UInt64(world))
            let columns = (0..<2).map { _ in Self.clustered(&generator) }
            let comparison = try PairedComparison.bMinusA(
                Sides(a: columns[0], b: columns[1]),
                metric: "f1",
                groups: groups,
                bootstrap: Bootstrap(resamples: 400, seed: generator.next())
            )
            return ((comparison.permutationP ?? 1) < 0.05, (comparison.bootstrapP ?? 1) < 0.05)
        }
        #expect(Double(decided.0) / Double(Self.worlds) <= 0.06, "permutation: \(decided)")
        #expect(Double(decided.1) / Double(Self.worlds) <= 0.06, "bootstrap: \(decided)")
    }

    @Test func flipsTellTwoEqualRunsApartInSixWorldsOfAHundredAtMost() async throws {
        let decided = try await count(Self.worlds) { world in
            var generator = Generator(seed: 331, stream: UInt64(world))
            let columns = Self.columns(2, examples: 200, seedDeviation: 0, &generator)
            let examples = zip(columns[0], columns[1]).map { first, second in
                PredictionDiff.Example(
                    id: "",
                    gold: "",
                    first: "",
                    second: "",
                    firstScore: first,
                    secondScore: second
                )
            }
            return (PredictionDiff(examples).p ?? 0) < 0.05
        }
        let rate = Double(decided) / Double(Self.worlds)
        // An exact test of a discrete number stays below its level.
        #expect(rate <= 0.06 && rate > 0, "\(rate)")
    }

    /// Scores of ten questions about each of fifty articles, which share the article's luck.
    private static func clustered(_ generator: inout Generator) -> [Double] {
        (0..<50).flatMap { _ -> [Double] in
            let shared = normal(&generator)
            return (0..<10).map { _ in 0.5 + 0.1 * (shared + 0.5 * normal(&generator)) }
        }
    }

    /// Parts of a set are many tests of two systems: corrected, they decide no more often than one.
    @Test(arguments: [(1, 0.0), (3, 0.03)])
    func noPartOfASetTellsEqualSystemsApart(seeds: Int, deviation: Double) async throws {
        let truth = Self.expectedScore(deviation)
        let found = try await counts(Self.worlds) { world in
            var generator = Generator(seed: 211, stream: UInt64(world))
            let columns = Self.columns(2 * seeds, examples: 300, seedDeviation: deviation, &generator)
            let keys = (0..<300).map { _ in
                [
                    PredictionDiff.SliceKey("half", generator.uniform() < 0.5 ? "a" : "b"),
                    .init("third", "\(Int(generator.uniform() * 3))"),
                ]
            }
            let slices = SliceScores(
                scores: [Array(columns[..<seeds]), Array(columns[seeds...])],
                groups: nil,
                keys: keys,
                compared: (0, 1)
            ).slices
            // One of them, chosen beforehand: the one with the greatest difference would not do.
            let part = PredictionDiff.SliceKey("third", "0")
            let covered = slices.first { $0.key == part }?.scores[0].interval.contains(truth) == true
            return (slices.contains { ($0.difference?.adjustedP ?? 1) < 0.05 }, covered)
        }
        #expect(Double(found.0) / Double(Self.worlds) <= 0.06, "\(seeds) seeds: \(found)")
        #expect(Double(found.1) / Double(Self.worlds) >= 0.94, "\(seeds) seeds: \(found)")
    }

    /// Fifty clusters of ten examples that share their luck: drawing examples decides far too often.
    @Test func clustersAreDrawnWhole() async throws {
        let rates = try await counts(Self.worlds) { world in
            var generator = Generator(seed: 5, stream: UInt64(world))
            var differences: [Double] = []
            for _ in 0..<50 {
                let shared = Self.normal(&generator)
                for _ in 0..<10 { differences.append(shared + 0.5 * Self.normal(&generator)) }
            }
            let sums = (0..<50).map { differences[($0 * 10)..<($0 * 10 + 10)].reduce(0, +) }
            let cluster = ClusterMean(sums: sums, sizes: Array(repeating: 10, count: 50))
            let alone = ClusterMean(sums: differences, sizes: differences.map { _ in 1 })
            let bootstrap = Bootstrap(resamples: 400, seed: generator.next())
            let naive = (alone.estimate / (alone.standardError ?? 1)).magnitude > 1.96
            return ((cluster.p(bootstrap) ?? 1) < 0.05, naive)
        }
        #expect(Double(rates.0) / Double(Self.worlds) <= 0.06, "\(rates)")
        #expect(Double(rates.1) / Double(Self.worlds) > 0.3, "\(rates)")
    }

    /// Questions about one article share their luck, for each system its own: whole articles are drawn for rankings too.
    @Test(arguments: [2, 10])
    func equalSystemsOnClustersAreToldApartInSixWorldsOfAHundredAtMost(systems: Int) async throws {
        let groups = (0..<500).map { "article \($0 / 10)" }
        let decided = try await count(Self.worlds) { world in
            var generator = Generator(seed: 307, stream: UInt64(world))
            let columns = (0..<systems).map { _ in Self.clustered(&generator) }
            let table = try ScoreTable(scores: columns, metric: "f1", groups: groups)
            let drawn = MultiBootstrap(Bootstrap(resamples: 400, seed: generator.next()))
                .draws(table, owners: Array(0..<systems), systems: systems)
            return SystemRanking(drawn.compactMap(\.self)).pairs.contains { $0.adjustedP < 0.05 }
        }
        let rate = Double(decided) / Double(Self.worlds)
        #expect(rate <= 0.06, "\(systems) systems: \(rate)")
    }

    /// By exact summation over all outcomes of a binomial experiment.
    @Test(arguments: [(20, 0.95), (71, 0.563), (71, 0.95), (277, 0.95), (408, 0.86)])
    func defaultIntervalsOfProportionsCover(n: Int, share: Double) throws {
        var coverage = 0.0
        for successes in 0...n where try Interval.proportion(successes: successes, of: n).contains(share) {
            let (k, size) = (Double(successes), Double(n))
            var sign: Int32 = 0
            let ways = lgamma_r(size + 1, &sign) - lgamma_r(k + 1, &sign) - lgamma_r(size - k + 1, &sign)
            coverage += exp(ways + k * log(share) + (size - k) * log1p(-share))
        }
        #expect(coverage >= 0.94, "\(n), \(share): \(coverage)")
    }

    /// The interval over seeds and examples covers the score that infinitely many of both would give.
    @Test(arguments: [(5, 0.02), (3, 0.05)])
    func intervalsOverSeedsAndExamplesCover(seeds: Int, deviation: Double) async throws {
        let covered = try await count(1000) { world in
            var generator = Generator(seed: 13, stream: UInt64(world))
            let drawn = try self.world(
                systems: 1,
                seeds: seeds,
                examples: 100,
                seedDeviation: deviation,
                &generator
            )
            // Hardness is uniform between a half and 1; shifts beyond 1 are cut off, which takes a little.
            let truth = Self.expectedScore(deviation)
            return drawn[0].interval()?.contains(truth) == true
        }
        #expect(Double(covered) / 1000 >= 0.94, "\(seeds) seeds: \(covered)")
    }

    /// E min(1, h + s) for h uniform between a half and 1 and s normal, by summing over both.
    private static func expectedScore(_ deviation: Double) -> Double {
        var sum = 0.0
        for shift in 0..<400 {
            let s = deviation * Distribution.normalQuantile((Double(shift) + 0.5) / 400)
            for hardness in 0..<400 { sum += min(1, 0.5 + 0.5 * (Double(hardness) + 0.5) / 400 + s) }
        }
        return sum / 160_000
    }

    /// Boards of eight systems, some of equal worth: all their rank intervals together hold the true ranks.
    @Test func rankIntervalsHoldAllRanksTogether() async throws {
        let truth = [0.80, 0.80, 0.78, 0.75, 0.75, 0.75, 0.72, 0.60]
        let held = try await count(1000) { world in
            var generator = Generator(seed: 29, stream: UInt64(world))
            let systems = truth.map { score -> SystemDraws in
                let estimate = score + 0.01 * Self.normal(&generator)
                let values = (0..<400).map { _ in estimate + 0.01 * Self.normal(&generator) }
                return SystemDraws(estimate: estimate, values: values, seeds: 1, seedParts: [])
            }
            let ranks = SystemRanking(systems).ranks
            return truth.indices.allSatisfy { place in
                // Equal systems share a span of ranks; an interval must meet it.
                let best = 1 + truth.count { $0 > truth[place] }
                let worst = truth.count { $0 >= truth[place] }
                return ranks[place].lowerBound <= best && ranks[place].upperBound >= worst
            }
        }
        #expect(Double(held) / 1000 >= 0.95, "\(held)")
    }

    // MARK: Counting

    private func count(_ worlds: Int, _ body: @escaping @Sendable (Int) throws -> Bool) async throws -> Int {
        try await counts(worlds) { (try body($0), false) }.0
    }

    /// On all cores.
    private func counts(
        _ worlds: Int,
        _ body: @escaping @Sendable (Int) throws -> (Bool, Bool)
    ) async throws -> (Int, Int) {
        try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            for part in 0..<8 {
                group.addTask {
                    var found = (0, 0)
                    for world in stride(from: part, to: worlds, by: 8) {
                        let (first, second) = try body(world)
                        found.0 += first ? 1 : 0
                        found.1 += second ? 1 : 0
                    }
                    return found
                }
            }
            var total = (0, 0)
            for try await part in group { total = (total.0 + part.0, total.1 + part.1) }
            return total
        }
    }
}
