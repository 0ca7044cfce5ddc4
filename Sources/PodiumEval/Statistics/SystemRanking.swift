#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Which of several systems are certainly better than which, and the ranks that leaves open.
///
/// The differences of all pairs come from one Multi-Bootstrap. Their studentised maximum gives intervals that hold for all
/// pairs together; the step-down form of Romano and Wolf (2005) gives the p-values and decisions.
package struct SystemRanking: Sendable {
    /// Two systems by their numbers, the first less than the second.
    package struct Pair: Sendable {
        package var first: Int
        package var second: Int
        /// The first's score less the second's.
        package var difference: Double
        /// Of the difference, from the draws.
        package var standardError: Double
        /// How well that is known: by how many seeds, and how many examples.
        package var degreesOfFreedom: Double
        /// Holds for all pairs together.
        package var interval: Interval
        /// Alone, and as one of all pairs.
        package var p: Double
        package var adjustedP: Double

        /// The smallest true difference of this pair alone that would be found with 80 % power; nil where none varies.
        package var detectable: Double? {
            standardError > 0 ? Power.minimumDetectableDifference(standardError: standardError) : nil
        }
    }

    package let pairs: [Pair]
    /// Of each system the best and the worst rank that the tests leave open, from 1.
    package let ranks: [ClosedRange<Int>]
    /// Of each system, from 1: tier 1 may all be best; the next is made of the rest in the same way.
    package let tiers: [Int]

    /// - Parameter systems: at least one; their draws are of the same resamples.
    package init(_ systems: [SystemDraws], level: Double = 0.95) {
        var pairs: [Pair] = []
        var statistics: [[Double]] = []
        for first in systems.indices {
            for second in systems.indices where second > first {
                let (pair, drawn) = Self.compare(systems[first], systems[second], first, second, level: level)
                pairs.append(pair)
                statistics.append(drawn)
            }
        }
        let resamples = systems.first?.values.count ?? 0
        let observed = pairs.map(Self.statistic)
        let order = pairs.indices.sorted { observed[$0] > observed[$1] }
        // The greatest of the pairs that are not behind, by resample; from the least certain pair on.
        var greatest = [Double](repeating: 0, count: resamples)
        var hits = [Int](repeating: 0, count: pairs.count)
        for place in order.reversed() {
            let drawn = statistics[place]
            let limit = observed[place]
            var count = 0
            for draw in 0..<resamples {
                if drawn[draw] > greatest[draw] { greatest[draw] = drawn[draw] }
                if greatest[draw] >= limit { count += 1 }
            }
            hits[place] = count
        }
        let width = pairs.isEmpty || resamples == 0 ? 0 : Interval.quantile(level, ofSorted: greatest.sorted())
        var floor = 0.0
        for place in order {
            floor = max(floor, Double(hits[place] + 1) / Double(resamples + 1))
            pairs[place].adjustedP = pairs[place].difference == 0 ? 1 : floor
            let alone = statistics[place].count { $0 >= observed[place] }
            pairs[place].p = pairs[place].difference == 0 ? 1 : Double(alone + 1) / Double(resamples + 1)
            let half = Self.studentised(width, pairs[place].degreesOfFreedom) * pairs[place].standardError
            pairs[place].interval.low = pairs[place].difference - half
            pairs[place].interval.high = pairs[place].difference + half
        }
        self.pairs = pairs
        let decided = pairs.filter { $0.adjustedP < 1 - level }
        let better = decided.map { $0.difference > 0 ? ($0.first, $0.second) : ($0.second, $0.first) }
        ranks = Self.ranks(systems.count, better: better)
        tiers = Self.tiers(systems.count, better: better)
    }

    /// The studentised difference as a normal quantile: few degrees of freedom make large values less of a surprise.
    private static func statistic(_ pair: Pair) -> Double {
        guard pair.standardError > 0 else { return pair.difference == 0 ? 0 : .infinity }
        let t = (pair.difference / pair.standardError).magnitude
        let freedom = pair.degreesOfFreedom
        guard freedom.isFinite else { return t }
        let p = Distribution.incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5)
        return p > 1e-12 ? -Distribution.normalQuantile(max(p, 1e-12) / 2) : t
    }

    /// The other way round: the quantile of Student's t that is as far out as a normal one.
    private static func studentised(_ z: Double, _ freedom: Double) -> Double {
        guard freedom.isFinite, z > 0, z < 7 else { return z }
        return Distribution.studentQuantile(Distribution.normalCDF(z), degreesOfFreedom: freedom)
    }

    private static func compare(
        _ a: SystemDraws,
        _ b: SystemDraws,
        _ first: Int,
        _ second: Int,
        level: Double
    ) -> (Pair, [Double]) {
        let difference = a.estimate - b.estimate
        var drawn = zip(a.values, b.values).map(-)
        let plain = SystemDraws.deviation(drawn) ?? 0
        let freedom = SystemDraws.degreesOfFreedom(
            plain,
            parts: a.seedParts + b.seedParts,
            units: min(a.unitDegrees, b.unitDegrees)
        )
        for place in drawn.indices {
            let distance = (drawn[place] - difference).magnitude
            drawn[place] = distance.isNaN || plain == 0 ? 0 : distance / plain
        }
        let method: Interval.Method =
            a.seedParts.isEmpty && b.seedParts.isEmpty ? .bootstrap : .hierarchicalBootstrap
        let interval = Interval(
            low: difference,
            high: difference,
            level: level,
            method: method,
            resamples: drawn.count
        )
        let pair = Pair(
            first: first,
            second: second,
            difference: difference,
            standardError: plain,
            degreesOfFreedom: freedom,
            interval: interval,
            p: 1,
            adjustedP: 1
        )
        return (pair, drawn)
    }

    // MARK: Ranks

    /// The ranks that decisions leave open: behind all that are certainly better, before all that are certainly worse.
    package static func ranks(_ count: Int, better: [(Int, Int)]) -> [ClosedRange<Int>] {
        var above = [Int](repeating: 0, count: count)
        var below = above
        for (winner, loser) in better {
            above[loser] += 1
            below[winner] += 1
        }
        return (0..<count).map { (1 + above[$0])...(count - below[$0]) }
    }

    /// Systems that nobody left is certainly better than are a tier; "not separable" is not transitive, so two systems of
    /// one tier may be separable from each other's neighbours.
    package static func tiers(_ count: Int, better: [(Int, Int)]) -> [Int] {
        var tiers = [Int](repeating: 0, count: count)
        var left = Set(0..<count)
        var tier = 0
        while !left.isEmpty {
            tier += 1
            let beaten = Set(better.filter { left.contains($0.0) && left.contains($0.1) }.map(\.1))
            // Decisions that go round in a circle leave nobody unbeaten: the rest is one tier.
            let members = left.subtracting(beaten).isEmpty ? left : left.subtracting(beaten)
            for member in members { tiers[member] = tier }
            left.subtract(members)
        }
        return tiers
    }
}
