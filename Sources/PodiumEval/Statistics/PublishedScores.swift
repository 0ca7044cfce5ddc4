#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Ranks of systems of which nothing is known but scores and the size of the test set.
package struct PublishedRanking: Sendable {
    /// Of each system the best and the worst rank that the sizes leave open, from 1.
    package let ranks: [ClosedRange<Int>]
    /// From 1, as in `SystemRanking`.
    package let tiers: [Int]
    /// Pairs that are next to each other in the order given, and how many of them are separable.
    package let adjacent: Int
    package let separableAdjacent: Int
    /// The smallest difference of two scores like the first that the test set shows with 80 % power.
    package let detectable: Double?

    /// Tests all pairs by their standard errors with Holm's correction.
    ///
    /// The systems answered the same questions, so their errors go together and the real differences are more certain than
    /// this says: without the answers nobody can tell by how much.
    /// - Parameter scores: in the order of the board, with their standard errors.
    package init(_ scores: [(value: Double, standardError: Double)], level: Double = 0.95) {
        var pairs: [(first: Int, second: Int, p: Double)] = []
        for first in scores.indices {
            for second in scores.indices where second > first {
                let (a, b) = (scores[first], scores[second])
                let error = (a.standardError * a.standardError + b.standardError * b.standardError).squareRoot()
                let z = error > 0 ? (a.value - b.value).magnitude / error : 0
                pairs.append((first, second, 2 * Distribution.normalCDF(-z)))
            }
        }
        let adjusted = MultipleComparisons.holm(pairs.map(\.p))
        let decided = zip(pairs, adjusted).filter { $0.1 < 1 - level }.map(\.0)
        let better = decided.map { pair in
            scores[pair.first].value > scores[pair.second].value
                ? (pair.first, pair.second) : (pair.second, pair.first)
        }
        ranks = SystemRanking.ranks(scores.count, better: better)
        tiers = SystemRanking.tiers(scores.count, better: better)
        adjacent = max(0, scores.count - 1)
        separableAdjacent = decided.count { $0.second == $0.first + 1 }
        detectable = scores.first.map {
            Power.minimumDetectableDifference(standardError: $0.standardError * 2.0.squareRoot())
        }
    }

    /// The standard error that the size of a test set gives a metric of that value.
    ///
    /// Binomial for accuracies and exact match; √(f (1 − f) ÷ n) for F1, which for SQuAD's is the most it can be;
    /// (1 − r²) ÷ √(n − 3) for correlations, Matthews' among them.
    package static func standardError(metric: String, value: Double, n: Int) -> Double {
        switch metric {
        case "pearson", "spearman", "matthews": (1 - value * value) / Double(max(1, n - 3)).squareRoot()
        default: (max(0, value * (1 - value)) / Double(n)).squareRoot()
        }
    }
}
