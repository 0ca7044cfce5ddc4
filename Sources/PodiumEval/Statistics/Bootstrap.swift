/// Resampling of examples that gives the same numbers for the same seed on any machine.
package struct Bootstrap: Hashable, Sendable {
    package var resamples: Int
    package var seed: UInt64
    package var level: Double

    package init(resamples: Int = 10_000, seed: UInt64 = 1, level: Double = 0.95) {
        precondition(resamples > 0 && level > 0 && level < 1, "a bootstrap needs resamples and a level")
        self.resamples = resamples
        self.seed = seed
        self.level = level
    }

    /// An interval for every metric and, last, the score (`score`) of one column; nil where nothing is defined.
    ///
    /// Bias-corrected and accelerated; of means over clusters by the studentised bootstrap.
    package func intervals(of table: ScoreTable, column: Int = 0) -> [(name: String, interval: Interval?)] {
        let names = table.metrics + ["score"]
        if let means = table.clusterMeans(of: column) {
            return zip(names, means).map { ($0, $1.interval(self)) }
        }
        let drawn = run { generator in
            let values = table.values(weights: table.resample(using: &generator))
            return Array(values[(column * table.width)..<((column + 1) * table.width)])
        }
        let estimates = table.values[(column * table.width)..<((column + 1) * table.width)]
        let jackknife = table.jackknife(of: column)
        return names.enumerated().map { place, name in
            let interval = Interval.accelerated(
                drawn.map { $0[place] },
                estimate: estimates[estimates.startIndex + place],
                jackknife: jackknife.map { (value: $0.values[place], count: $0.count) },
                level: level
            )
            return (name, interval)
        }
    }

    /// Runs the body once per resample, in parallel; resample r has generator stream r.
    package func run<Value: Sendable>(_ body: @Sendable (inout Generator) -> Value) -> [Value] {
        Parallel.map(resamples, chunk: 64) { index in
            var generator = Generator(seed: seed, stream: UInt64(index))
            return body(&generator)
        }
    }
}
