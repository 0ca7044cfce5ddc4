/// A plan of seeds: which systems of a suite are compared, when, and what chance of a false decision each look may spend.
///
/// It is written down with the suite, before the first run starts, and never changes. Every system gets the first look's
/// seeds on every task; after each look only systems with a comparison that is still open get the next group.
package struct SeedPlan: Codable, Hashable, Sendable {
    /// Which pairs of systems are compared.
    package enum Comparisons: Hashable, Sendable {
        /// Every two.
        case all
        /// Every two at first; further seeds are for those whose comparison with the leader of the look is open.
        case leader
        /// Each of these with every other.
        case with([String])
    }

    /// A look at the scores.
    package struct Look: Codable, Hashable, Sendable {
        /// After so many seeds of each system that is still compared.
        package var seeds: Int
        /// The chance of a false decision on one task, at this look or before, as far as nothing differs there.
        package var level: Double

        package init(seeds: Int, level: Double) {
            self.seeds = seeds
            self.level = level
        }
    }

    package struct Pair: Codable, Hashable, Sendable {
        package var first: String
        package var second: String

        package init(first: String, second: String) {
            self.first = first
            self.second = second
        }
    }

    package private(set) var systems: [String]
    package let tasks: [BenchmarkTask]
    package let compare: Comparisons
    /// In the order of the systems.
    package private(set) var pairs: [Pair]
    package private(set) var looks: [Look]
    /// The chance of any false decision, over all tasks, pairs and looks.
    package let level: Double
    package let firstSeed: UInt64
    /// How many permutations the boundaries rest on, and the seed of those that are drawn.
    package private(set) var permutations: Int
    package let permutationSeed: UInt64

    /// - Parameters:
    ///   - start: seeds before the first look.
    ///   - step: seeds from look to look; `atMost` is `start` and a whole number of them.
    package init(
        systems: [String],
        tasks: [BenchmarkTask],
        compare: Comparisons = .all,
        start: Int,
        step: Int,
        atMost: Int,
        level: Double,
        firstSeed: UInt64 = 1
    ) {
        precondition(start > 0 && step > 0 && atMost >= start && (atMost - start) % step == 0 && !tasks.isEmpty)
        self.systems = systems
        self.tasks = tasks
        self.compare = compare
        self.level = level
        self.firstSeed = firstSeed
        permutationSeed = 1
        looks = stride(from: start, through: atMost, by: step).map { Look(seeds: $0, level: 0) }
        pairs = []
        permutations = 0
        derive()
    }

    /// The part of the level that looks have spent when a share of the seeds is there.
    ///
    /// The square root lets the first look decide clear cases, which is what saves seeds.
    package static func spent(_ share: Double) -> Double { share.squareRoot() }

    /// The part of the level that is spent where several pairs share a boundary.
    ///
    /// Permutations of every pair by itself are no permutation of all systems, and the greatest difference of the former is too
    /// small: without this, ten equal systems are told apart more often than the level says.
    package static let sharedPart = 0.6

    private mutating func derive() {
        pairs = systems.indices.flatMap { first in
            systems.indices.filter { $0 > first }.map { Pair(first: systems[first], second: systems[$0]) }
        }
        if case .with(let names) = compare {
            pairs.removeAll { !names.contains($0.first) && !names.contains($0.second) }
        }
        // Scores of different tasks are on different scales: each is tested alone, with its share of the level (Bonferroni).
        let share = level / Double(tasks.count) * (pairs.count > 1 ? Self.sharedPart : 1)
        for place in looks.indices {
            looks[place].level = share * Self.spent(Double(looks[place].seeds) / Double(atMost))
        }
        // More pairs would take too much memory; beyond 63,504 two groups of five are permuted in every way.
        permutations = pairs.count <= 64 ? 100_000 : 10_000
    }

    /// The plan without a system; nil where nothing is left to compare.
    package func removing(system: String) -> SeedPlan? {
        var result = self
        result.systems.removeAll { $0 == system }
        result.derive()
        return result.pairs.isEmpty ? nil : result
    }

    /// Seeds of each system at most.
    package var atMost: Int { looks.last?.seeds ?? 0 }

    /// The seeds of the group before a look, counted from 1.
    package func seeds(before look: Int) -> [UInt64] {
        let start = look > 1 ? looks[look - 2].seeds : 0
        return (start..<looks[look - 1].seeds).map { firstSeed + UInt64($0) }
    }

    /// Runs that would have been queued without looks.
    package var runsAtMost: Int { systems.count * tasks.count * atMost }
}

/// `"all"`, `"leader"`, or a list of names.
extension SeedPlan.Comparisons: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let names = try? container.decode([String].self) {
            self = .with(names)
            return
        }
        switch try container.decode(String.self) {
        case "all": self = .all
        case "leader": self = .leader
        case let other:
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(other)\" compares nothing")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .all: try container.encode("all")
        case .leader: try container.encode("leader")
        case .with(let names): try container.encode(names)
        }
    }
}
