#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Exact binomial and multinomial draws, so that a resample of counts costs O(cells), not O(examples).
package enum Multinomial {
    /// How often each cell is hit when `counts.total` examples are drawn with replacement from cells of these sizes.
    package static func resample(_ counts: [Int], using generator: inout Generator) -> [Int] {
        var leftDraws = counts.reduce(0, +)
        var leftWeight = leftDraws
        return counts.map { count in
            guard leftDraws > 0, count > 0 else {
                leftWeight -= count
                return 0
            }
            let drawn =
                count == leftWeight
                ? leftDraws
                : binomial(trials: leftDraws, probability: Double(count) / Double(leftWeight), using: &generator)
            leftDraws -= drawn
            leftWeight -= count
            return drawn
        }
    }

    /// One binomial number: inversion for small means, Hörmann's transformed rejection (BTRS, 1993) for large ones.
    package static func binomial(trials: Int, probability: Double, using generator: inout Generator) -> Int {
        precondition(trials >= 0 && (0...1).contains(probability), "a binomial needs a probability")
        if probability > 0.5 {
            return trials - binomial(trials: trials, probability: 1 - probability, using: &generator)
        }
        guard trials > 0, probability > 0 else { return 0 }
        return Double(trials) * probability < 10
            ? inversion(trials, probability, &generator)
            : rejection(trials, probability, &generator)
    }

    /// Walks up the distribution from 0.
    private static func inversion(_ trials: Int, _ p: Double, _ generator: inout Generator) -> Int {
        let odds = p / (1 - p)
        var mass = exp(Double(trials) * log1p(-p))
        var left = generator.uniform()
        var k = 0
        while left > mass, k < trials {
            left -= mass
            k += 1
            mass *= odds * Double(trials - k + 1) / Double(k)
        }
        return k
    }

    private static func rejection(_ trials: Int, _ p: Double, _ generator: inout Generator) -> Int {
        let n = Double(trials)
        let spread = (n * p * (1 - p)).squareRoot()
        let b = 1.15 + 2.53 * spread
        let a = -0.0873 + 0.0248 * b + 0.01 * p
        let centre = n * p + 0.5
        let alpha = (2.83 + 5.1 / b) * spread
        let logOdds = log(p / (1 - p))
        let mode = ((n + 1) * p).rounded(.down)
        let peak = logFactorial(mode) + logFactorial(n - mode)
        while true {
            let u = generator.uniform() - 0.5
            let v = generator.uniform()
            let us = 0.5 - u.magnitude
            let k = ((2 * a / us + b) * u + centre).rounded(.down)
            guard k >= 0, k <= n else { continue }
            if us >= 0.07, v <= 0.92 - 4.2 / b { return Int(k) }
            let height = log(v * alpha / (a / (us * us) + b))
            if height <= peak - logFactorial(k) - logFactorial(n - k) + (k - mode) * logOdds { return Int(k) }
        }
    }

    /// ln k! by Stirling's series (error below 1e-10 from 10 on), exact sums below.
    static func logFactorial(_ k: Double) -> Double {
        guard k >= 10 else {
            var product = 1.0
            var factor = 2.0
            while factor <= k {
                product *= factor
                factor += 1
            }
            return log(product)
        }
        let x = k + 1
        let inverse = 1 / (x * x)
        return (x - 0.5) * log(x) - x + 0.918_938_533_204_672_7
            + (1.0 / 12 - inverse * (1.0 / 360 - inverse * (1.0 / 1260 - inverse / 1680))) / x
    }
}
