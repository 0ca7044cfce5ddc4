internal import PodiumPrimitives

/// A group-sequential permutation test of several systems, after AdaStop (Mathieu and others 2023, arXiv 2306.10882).
///
/// Systems get scores in groups. After each group is a look: comparisons whose difference is beyond the boundary are
/// decided, the others go on. Boundaries come from permutations of the scores of each pair within each group, and are
/// placed so that the chance of any false decision up to look k is at most `levels[k]`: the greatest difference of all
/// comparisons counts, and decided ones are left out of it (step-down).
///
/// Differences are sums over groups of the difference of two means, each in proportion to the group's size. A group counts
/// for a comparison where both of its systems have scores in it.
package struct SequentialTest: Sendable {
    /// Two systems by their numbers.
    package struct Pair: Hashable, Sendable {
        package var first: Int
        package var second: Int

        package init(_ first: Int, _ second: Int) {
            self.first = first
            self.second = second
        }
    }

    package enum Decision: String, Codable, Hashable, Sendable {
        /// The first system's scores are larger.
        case larger
        case smaller
        case undecided
    }

    /// Which differences count as large.
    package enum Tails: Sendable {
        /// Those of either sign, as in the article.
        case both
        /// The permutations' positive ones, as the package `adastop` 0.1.3 has it: its boundary is that of a one-sided test,
        /// and two equal systems are told apart up to twice as often as its level says.
        case upper
    }

    /// What a look came to.
    package struct Look: Hashable, Sendable {
        /// Of all comparisons, so far.
        package var decisions: [Decision]
        /// The distance that an undecided comparison would have had to exceed; infinite where no permutation is left for it.
        package var boundary: Double
        /// The chance of a false decision that looks have used up, by the permutations.
        package var spent: Double
        /// Permutations that the boundary rests on; those beyond an earlier boundary are not among them.
        package var permutations: Int
    }

    package let comparisons: [Pair]
    /// The chance of a false decision up to each look.
    package let levels: [Double]
    /// All permutations are taken where they are fewer than this; else so many are drawn.
    package let permutations: Int
    private let tails: Tails
    private var generator: SplitMix64

    package private(set) var decisions: [Decision]
    /// Of each comparison: the difference in each permutation, the observed one first; empty once it is decided.
    private var drawn: [[Double]]
    private var observed: [Double]
    private var boundary = Double.infinity
    private var spent = 0.0
    private var looks = 0
    /// How many permutations there would be if none had been left out.
    private var total = 1.0
    private var areAllTaken = true
    /// The size of a first group, in proportion to which others count.
    private var unit = 0.0

    /// - Parameters:
    ///   - levels: not decreasing; one for each look.
    ///   - seed: of the permutations that are drawn: the same seed and scores give the same decisions.
    package init(
        comparisons: [Pair],
        levels: [Double],
        permutations: Int,
        tails: Tails = .both,
        seed: UInt64
    ) {
        precondition(permutations > 1, "a permutation test needs permutations")
        self.comparisons = comparisons
        self.levels = levels
        self.permutations = permutations
        self.tails = tails
        generator = SplitMix64(state: seed)
        decisions = comparisons.map { _ in .undecided }
        drawn = comparisons.map { _ in [0] }
        observed = comparisons.map { _ in 0 }
    }

    /// Looks at the next group: the scores of each system, finite; of systems that have stopped none.
    package mutating func look(at group: [[Double]]) -> Look {
        precondition(looks < levels.count, "the plan has no more looks")
        let open = comparisons.indices.filter { decisions[$0] == .undecided }
        if !open.isEmpty {
            if looks > 0 { leaveOutDecided(open) }
            extend(open, with: group)
            decide(open)
        }
        looks += 1
        return Look(
            decisions: decisions,
            boundary: boundary,
            spent: spent,
            permutations: open.first.map { drawn[$0].count } ?? 0
        )
    }

    // MARK: Permutations

    /// Keeps the permutations that no earlier look would have decided by.
    private mutating func leaveOutDecided(_ open: [Int]) {
        let tolerance = self.tolerance(open)
        let kept = drawn[open[0]].indices.filter { index in
            open.allSatisfy { drawn[$0][index].magnitude <= boundary + tolerance }
        }
        for comparison in open { drawn[comparison] = kept.map { drawn[comparison][$0] } }
    }

    /// Adds the group's difference to every permutation.
    private mutating func extend(_ open: [Int], with group: [[Double]]) {
        if unit == 0 { unit = Double(group.map(\.count).max() ?? 0) }
        let sizes = open.map { (group[comparisons[$0].first].count, group[comparisons[$0].second].count) }
        let present = sizes.filter { $0.0 > 0 && $0.1 > 0 }
        guard let first = present.first else { return }
        let count = Self.binomial(first.0 + first.1, first.0)
        let areAlike = present.allSatisfy { $0 == first }
        areAllTaken = areAllTaken && areAlike && total * count < Double(permutations)
        let subsets = areAllTaken ? Self.subsets(of: first.0 + first.1, size: first.0) : []
        if areAllTaken { total *= count }
        // Drawn ones: the first group brings as many as are wanted, later ones go on with those that are left.
        let isFirst = total == 1
        if isFirst { total = Double(permutations) }
        for (comparison, size) in zip(open, sizes) {
            let pair = comparisons[comparison]
            let earlier = isFirst ? [Double](repeating: 0, count: permutations) : drawn[comparison]
            guard size.0 > 0, size.1 > 0 else {
                drawn[comparison] = areAllTaken ? subsets.flatMap { _ in earlier } : earlier
                continue
            }
            let difference = Difference(group[pair.first] + group[pair.second], first: size.0, unit: unit)
            observed[comparison] += difference.of(0..<size.0)
            var values: [Double] = []
            if areAllTaken {
                values.reserveCapacity(subsets.count * earlier.count)
                for subset in subsets {
                    let added = difference.of(subset)
                    for value in earlier { values.append(value + added) }
                }
            } else {
                values.reserveCapacity(earlier.count)
                var order = Array(0..<(size.0 + size.1))
                for index in earlier.indices {
                    // The observed order comes first.
                    if index > 0 { shuffle(&order, front: size.0) }
                    values.append(earlier[index] + difference.of(order[..<size.0]))
                }
            }
            drawn[comparison] = values
        }
    }

    /// The difference of two means of a pooled group, by which of its scores are the first system's.
    private struct Difference {
        private let scores: [Double]
        private let total: Double
        private let first: Double
        private let second: Double
        private let weight: Double

        init(_ scores: [Double], first: Int, unit: Double) {
            self.scores = scores
            total = scores.reduce(0, +)
            self.first = Double(first)
            second = Double(scores.count - first)
            // The harmonic mean of both sizes: by it the variances of differences of unequal groups are in proportion.
            weight = 2 * self.first * second / (self.first + second) / unit
        }

        func of(_ own: some Sequence<Int>) -> Double {
            var sum = 0.0
            for place in own { sum += scores[place] }
            return weight * (sum / first - (total - sum) / second)
        }
    }

    /// A fresh random order, as far as its front goes.
    private mutating func shuffle(_ order: inout [Int], front: Int) {
        for place in order.indices { order[place] = place }
        for place in 0..<front { order.swapAt(place, place + generator.index(below: order.count - place)) }
    }

    /// All subsets of a size, in lexicographic order.
    static func subsets(of count: Int, size: Int) -> [[Int]] {
        var result: [[Int]] = []
        var current = Array(0..<size)
        while true {
            result.append(current)
            guard let place = current.indices.last(where: { current[$0] < count - size + $0 }) else { return result }
            current[place] += 1
            for next in (place + 1)..<max(size, place + 1) { current[next] = current[next - 1] + 1 }
        }
    }

    static func binomial(_ n: Int, _ k: Int) -> Double {
        (0..<min(k, n - k)).reduce(1) { ($0 * Double(n - $1) / Double($1 + 1)).rounded() }
    }

    // MARK: Decisions

    /// What sums of these scores may differ by in another order of adding; such differences are ties.
    private func tolerance(_ open: [Int]) -> Double {
        1e-12 * open.reduce(0) { max($0, drawn[$1].reduce(0) { max($0, $1.magnitude) }) }
    }

    private mutating func decide(_ open: [Int]) {
        var open = open
        let tolerance = self.tolerance(open)
        var added = 0.0
        while !open.isEmpty {
            var greatest = [Double](repeating: -.infinity, count: drawn[open[0]].count)
            for comparison in open {
                let values = drawn[comparison]
                for index in greatest.indices {
                    let value = tails == .both ? values[index].magnitude : values[index]
                    if value > greatest[index] { greatest[index] = value }
                }
            }
            greatest.sort()
            // How many of the greatest may lie beyond the boundary.
            let beyond = greatest.indices.last { spent + Double($0) / total <= levels[looks] }
            boundary = beyond.map { greatest[greatest.count - 1 - $0] } ?? .infinity
            added = beyond.map { Double($0) / total } ?? 0
            var furthest = open[0]
            for comparison in open where observed[comparison].magnitude > observed[furthest].magnitude {
                furthest = comparison
            }
            guard observed[furthest].magnitude > boundary + tolerance else { break }
            decisions[furthest] = observed[furthest] > 0 ? .larger : .smaller
            open.removeAll { $0 == furthest }
        }
        spent += added
    }
}
