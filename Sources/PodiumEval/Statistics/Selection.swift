#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What choosing the best of several configurations on the same data adds to its score.
package enum Selection {
    /// The expected greatest of so many independent standard normal numbers, N ∫ x φ(x) Φ(x)ᴺ⁻¹ dx.
    package static func expectedMaximum(of count: Int) -> Double {
        precondition(count > 0)
        // Simpson's rule; beyond ±12 nothing is left.
        let steps = 4800
        let width = 24.0 / Double(steps)
        var sum = 0.0
        for step in 0...steps {
            let x = -12 + Double(step) * width
            let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
            let weight = step == 0 || step == steps ? 1.0 : step % 2 == 1 ? 4 : 2
            sum += weight * x * density * pow(Distribution.normalCDF(x), Double(count - 1))
        }
        return Double(count) * sum * width / 3
    }

    /// By how much the best of `count` equally good configurations would be expected to exceed them all.
    ///
    /// An upper bound: configurations whose answers resemble each other vary together.
    /// - Parameter standardError: of one configuration's score.
    package static func inflation(count: Int, standardError: Double) -> Double {
        count < 2 ? 0 : expectedMaximum(of: count) * standardError
    }
}
