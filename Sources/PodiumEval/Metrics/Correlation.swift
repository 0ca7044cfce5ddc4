/// Correlations of two series over a whole data set, as SciPy defines them.
package enum Correlation {
    /// Pearson's r; undefined for fewer than two examples or a constant series.
    package static func pearson(_ first: [Double], _ second: [Double]) -> MetricValue {
        precondition(first.count == second.count, "one prediction per gold value")
        if let reason = reasonWithoutValue(first, second) { return .undefined(reason: reason) }
        let centredFirst = centred(first)
        let centredSecond = centred(second)
        let firstNorm = norm(centredFirst)
        let secondNorm = norm(centredSecond)
        guard firstNorm > 0, secondNorm > 0, firstNorm.isFinite, secondNorm.isFinite else {
            return .undefined(reason: "the spread of the values is outside double precision")
        }
        var product = 0.0
        for index in centredFirst.indices {
            product += (centredFirst[index] / firstNorm) * (centredSecond[index] / secondNorm)
        }
        return .value(min(1, max(-1, product)))
    }

    /// Spearman's rho: Pearson's r of the average ranks, so that ties count correctly.
    package static func spearman(_ first: [Double], _ second: [Double]) -> MetricValue {
        precondition(first.count == second.count, "one prediction per gold value")
        if let reason = reasonWithoutValue(first, second) { return .undefined(reason: reason) }
        return pearson(averageRanks(first), averageRanks(second))
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

    private static func reasonWithoutValue(_ gold: [Double], _ predicted: [Double]) -> String? {
        guard gold.count > 1 else { return "a correlation needs at least two examples" }
        for (name, values) in [("gold values", gold), ("predictions", predicted)] {
            if !values.allSatisfy(\.isFinite) { return "not all \(name) are finite" }
            if values.allSatisfy({ $0 == values[0] }) { return "all \(name) are the same" }
        }
        return nil
    }

    private static func centred(_ values: [Double]) -> [Double] {
        let mean = values.reduce(0, +) / Double(values.count)
        return values.map { $0 - mean }
    }

    private static func norm(_ values: [Double]) -> Double {
        let largest = values.reduce(0) { max($0, $1.magnitude) }
        guard largest > 0, largest.isFinite else { return largest }
        return largest * values.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }.squareRoot()
    }
}
