extension GLUEScore {
    /// An interval for every metric and, last, for the score (`score`); nil where nothing is defined.
    ///
    /// Proportions have Wilson's, below 100 examples Clopper and Pearson's; all else BCa bootstrap. MNLI's two sets are drawn
    /// independently of each other.
    /// - Parameter sets: the examples behind the score: one set, or MNLI's matched and mismatched.
    package func intervals(
        of sets: [GLUEExamples],
        bootstrap: Bootstrap = Bootstrap()
    ) throws(EvalError) -> [(name: String, interval: Interval?)] {
        precondition(sets.count == 1 || sets.count == metrics.count, "a set per metric, or one for all")
        var tables: [ScoreTable] = []
        for set in sets { tables.append(try ScoreTable([set])) }
        var result: [(name: String, interval: Interval?)] =
            sets.count == 1 ? bootstrap.intervals(of: tables[0]) : meanOfSets(tables, bootstrap)
        for (place, metric) in metrics.enumerated() {
            guard metric.name.hasPrefix("accuracy"), let share = metric.value.value else { continue }
            let total = tables[sets.count == 1 ? 0 : place].n
            let right = Int((share * Double(total)).rounded())
            result[place].interval = try .proportion(successes: right, of: total, level: bootstrap.level)
        }
        if metrics.count == 1 { result[1].interval = result[0].interval }
        return result
    }

    private func meanOfSets(_ tables: [ScoreTable], _ bootstrap: Bootstrap) -> [(name: String, interval: Interval?)] {
        let drawn = bootstrap.run { generator in
            let values = tables.map { $0.values(weights: $0.resample(using: &generator))[0] }
            return values.reduce(0, +) / Double(values.count)
        }
        let score = Interval.percentiles(of: drawn, level: bootstrap.level)
        return metrics.map { ($0.name, nil) } + [("score", score)]
    }
}
