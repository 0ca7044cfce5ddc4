extension GLUEScore {
    /// An interval for every metric and, last, for the score (`score`); nil where nothing is defined.
    ///
    /// Proportions have Wilson's, all else a bootstrap's. MNLI's two sets are drawn independently of each other.
    /// - Parameter sets: the examples behind the score: one set, or MNLI's matched and mismatched.
    package func intervals(
        of sets: [GLUEExamples],
        bootstrap: Bootstrap = Bootstrap()
    ) throws(EvalError) -> [(name: String, interval: Interval?)] {
        precondition(sets.count == 1 || sets.count == metrics.count, "a set per metric, or one for all")
        var tables: [ScoreTable] = []
        for set in sets { tables.append(try ScoreTable([set])) }
        let drawn = bootstrap.run { [tables] generator in
            let values = tables.flatMap { $0.values(weights: $0.resample(using: &generator)).dropLast() }
            return values + [values.reduce(0, +) / Double(values.count)]
        }
        var result: [(name: String, interval: Interval?)] = []
        for (place, metric) in metrics.enumerated() {
            result.append((metric.name, Interval.percentiles(of: drawn.map { $0[place] }, level: bootstrap.level)))
            guard metric.name.hasPrefix("accuracy"), let share = metric.value.value else { continue }
            let total = tables[sets.count == 1 ? 0 : place].n
            let right = Int((share * Double(total)).rounded())
            result[place].interval = try .wilson(successes: right, of: total, level: bootstrap.level)
        }
        let score = Interval.percentiles(of: drawn.map { $0[metrics.count] }, level: bootstrap.level)
        result.append(("score", metrics.count == 1 ? result[0].interval : score))
        return result
    }
}
