/// Corrections and groupings for many comparisons at once.
package enum MultipleComparisons {
    /// Holm's step-down correction; adjusted p-values in the order given.
    package static func holm(_ pValues: [Double]) -> [Double] {
        let order = pValues.indices.sorted { pValues[$0] < pValues[$1] }
        var adjusted = pValues
        var floor = 0.0
        for (place, index) in order.enumerated() {
            floor = max(floor, min(1, pValues[index] * Double(pValues.count - place)))
            adjusted[index] = floor
        }
        return adjusted
    }

    /// Groups systems into tiers in place of ranks that the data cannot tell apart.
    ///
    /// The best system leads tier 1, which holds everyone not separated from it; the best of the rest
    /// leads the next tier. A system without a score is in no tier.
    /// - Parameters:
    ///   - scores: one per system, nil where it has none.
    ///   - separated: whether the first system is significantly better than the second.
    /// - Returns: tier numbers from 1, in the order of `scores`.
    package static func tiers(_ scores: [Double?], separated: (Int, Int) -> Bool) -> [Int?] {
        var tiers = [Int?](repeating: nil, count: scores.count)
        var left = scores.indices.filter { scores[$0] != nil }
            .sorted { (scores[$0] ?? 0, $1) > (scores[$1] ?? 0, $0) }
        var tier = 0
        while let leader = left.first {
            tier += 1
            let members = left.filter { $0 == leader || !separated(leader, $0) }
            for member in members { tiers[member] = tier }
            left.removeAll { members.contains($0) }
        }
        return tiers
    }
}
