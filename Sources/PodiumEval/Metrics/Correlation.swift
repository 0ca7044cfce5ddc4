/// Correlations of two series over a whole data set, as SciPy defines them.
package enum Correlation {
    /// Pearson's r; undefined for fewer than two examples or a constant series.
    package static func pearson(_ first: [Double], _ second: [Double]) -> MetricValue {
        precondition(first.count == second.count, "one prediction per gold value")
        if let reason = reasonWithoutValue(first, second) { return .undefined(reason: reason) }
        let x = ExactSum.scaledDeviations(first)
        let y = ExactSum.scaledDeviations(second)
        let xx = sum(x, x)
        let yy = sum(y, y)
        let xy = sum(x, y)
        guard xx > 0, yy > 0, xx.isFinite, yy.isFinite else {
            return .undefined(reason: "the spread of the values is outside double precision")
        }
        return .value(min(1, max(-1, xy / (xx * yy).squareRoot())))
    }

    /// Spearman's rho: Pearson's r of the average ranks, so that ties count correctly.
    package static func spearman(_ first: [Double], _ second: [Double]) -> MetricValue {
        precondition(first.count == second.count, "one prediction per gold value")
        if let reason = reasonWithoutValue(first, second) { return .undefined(reason: reason) }
        // Twice the ranks, centred, are whole numbers, so all sums are exact.
        let middle = Double(first.count + 1)
        let x = averageRanks(first).map { 2 * $0 - middle }
        let y = averageRanks(second).map { 2 * $0 - middle }
        let squares = sum(x, x) * sum(y, y)
        return .value(min(1, max(-1, sum(x, y) / squares.squareRoot())))
    }

    /// Ranks from 1; equal values share the mean of their positions.
    package static func averageRanks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
            let shared = Double(start + 1 + end) / 2
            for position in start..<end { ranks[order[position]] = shared }
            start = end
        }
        return ranks
    }

    private static func sum(_ x: [Double], _ y: [Double]) -> Double {
        var sum = ExactSum()
        for index in x.indices { sum.addProduct(x[index], y[index]) }
        return sum.value
    }

    private static func reasonWithoutValue(_ gold: [Double], _ predicted: [Double]) -> String? {
        guard gold.count > 1 else { return "a correlation needs at least two examples" }
        for (name, values) in [("gold values", gold), ("predictions", predicted)] {
            if !values.allSatisfy(\.isFinite) { return "not all \(name) are finite" }
            if values.allSatisfy({ $0 == values[0] }) { return "all \(name) are the same" }
        }
        return nil
    }
}
