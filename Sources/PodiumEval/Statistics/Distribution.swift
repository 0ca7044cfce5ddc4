#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The few distribution functions that intervals and tests need.
package enum Distribution {
    /// Φ(x).
    package static func normalCDF(_ x: Double) -> Double {
        0.5 * erfc(-x / 2.0.squareRoot())
    }

    /// Φ⁻¹(p) by bisection, then Newton steps; p strictly between 0 and 1.
    package static func normalQuantile(_ p: Double) -> Double {
        precondition(p > 0 && p < 1, "a quantile needs a probability between 0 and 1")
        return root(of: { normalCDF($0) - p }, low: -40, high: 40)
    }

    /// P(T ≤ t) of Student's t.
    package static func studentCDF(_ t: Double, degreesOfFreedom: Double) -> Double {
        let tail = 0.5 * incompleteBeta(degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2, 0.5)
        return t > 0 ? 1 - tail : tail
    }

    package static func studentQuantile(_ p: Double, degreesOfFreedom: Double) -> Double {
        precondition(p > 0 && p < 1 && degreesOfFreedom >= 1)
        return root(of: { studentCDF($0, degreesOfFreedom: degreesOfFreedom) - p }, low: -1e6, high: 1e6)
    }

    /// P(at most k heads of n fair coins); exact to double precision for any n.
    package static func fairCoinCDF(_ k: Int, of n: Int) -> Double {
        guard k >= 0 else { return 0 }
        guard k < n else { return 1 }
        if n <= 60 {
            var term = 1.0
            var sum = 1.0
            for i in stride(from: 1, through: k, by: 1) {
                term = term * Double(n - i + 1) / Double(i)
                sum += term
            }
            return sum / pow(2, Double(n))
        }
        return incompleteBeta(0.5, Double(n - k), Double(k + 1))
    }

    /// The regularised incomplete beta function I_x(a, b), by Lentz's continued fraction.
    package static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
        let front = exp(lgammaSafe(a + b) - lgammaSafe(a) - lgammaSafe(b) + a * log(x) + b * log1p(-x)) / a
        let tiny = 1e-300
        var c = 1.0
        var d = 1 / nonZero(1 - (a + b) * x / (a + 1), tiny)
        var fraction = d
        for step in 1...10_000 {
            let m = Double(step)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            d = 1 / nonZero(1 + even * d, tiny)
            c = nonZero(1 + even / c, tiny)
            fraction *= d * c
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            d = 1 / nonZero(1 + odd * d, tiny)
            c = nonZero(1 + odd / c, tiny)
            fraction *= d * c
            if (d * c - 1).magnitude < 1e-16 { break }
        }
        return front * fraction
    }

    private static func nonZero(_ value: Double, _ tiny: Double) -> Double {
        value.magnitude < tiny ? tiny : value
    }

    /// `lgamma` writes a global sign; the reentrant form does not.
    private static func lgammaSafe(_ x: Double) -> Double {
        var sign: Int32 = 0
        return lgamma_r(x, &sign)
    }

    /// The zero of an increasing function, to the last bit that bisection can reach.
    static func root(of function: (Double) -> Double, low: Double, high: Double) -> Double {
        var low = low
        var high = high
        for _ in 0..<200 {
            let middle = low + (high - low) / 2
            if middle == low || middle == high { break }
            if function(middle) < 0 { low = middle } else { high = middle }
        }
        return low + (high - low) / 2
    }
}
