#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// How much a data set and a budget can tell.
package enum Power {
    /// Standard error of a proportion.
    package static func standardError(proportion: Double, n: Int) -> Double {
        precondition(n > 0 && (0...1).contains(proportion))
        return (proportion * (1 - proportion) / Double(n)).squareRoot()
    }

    /// The smallest difference of two accuracies on the same n examples that McNemar's test would find.
    ///
    /// Connor's formula: δ√n = z_{1−α/2}√d + z_{power}√(d − δ²), where d is the share of examples on which
    /// exactly one system is right.
    /// - Returns: nil if even a difference of d would not be found.
    package static func minimumDetectableDifference(
        n: Int,
        discordance: Double,
        level: Double = 0.95,
        power: Double = 0.8
    ) -> Double? {
        precondition(n > 0 && discordance > 0 && discordance <= 1)
        let alpha = Distribution.normalQuantile(1 - (1 - level) / 2)
        let beta = Distribution.normalQuantile(power)
        func surplus(_ difference: Double) -> Double {
            difference * Double(n).squareRoot() - alpha * discordance.squareRoot()
                - beta * max(0, discordance - difference * difference).squareRoot()
        }
        guard surplus(discordance) >= 0 else { return nil }
        return Distribution.root(of: surplus, low: 0, high: discordance)
    }

    /// The smallest true difference that a test of a normally distributed difference would find.
    ///
    /// (z_{1−α/2} + z_{power}) standard errors; of resampled differences their standard deviation is the
    /// standard error.
    package static func minimumDetectableDifference(
        standardError: Double,
        level: Double = 0.95,
        power: Double = 0.8
    ) -> Double {
        (Distribution.normalQuantile(1 - (1 - level) / 2) + Distribution.normalQuantile(power)) * standardError
    }

    /// Expected best validation value of a budget of 1 … count independent trials.
    ///
    /// For values observed in independent trials (not a grid): the mean of the maximum of k draws with
    /// replacement, Σ v₍ᵢ₎ ((i/N)^k − ((i−1)/N)^k).
    ///
    /// - Parameter budgets: the greatest count; more than there are values says nothing new.
    package static func expectedMaximum(_ values: [Double], budgets: Int = .max) -> [Double] {
        let sorted = values.sorted()
        let count = Double(sorted.count)
        return sorted.indices.prefix(budgets).map { trials in
            sorted.enumerated().reduce(0) { sum, entry in
                let upper = pow(Double(entry.offset + 1) / count, Double(trials + 1))
                let lower = pow(Double(entry.offset) / count, Double(trials + 1))
                return sum + entry.element * (upper - lower)
            }
        }
    }
}
