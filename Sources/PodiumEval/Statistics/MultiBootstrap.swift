/// One resampling of seeds and examples for many systems at once (Sellam and others, 2022).
///
/// Of each task the same examples are drawn for every run of every system; of each system seeds are drawn. A mean over k
/// drawn seeds varies by (k − 1) ÷ k of what it should, so its distance from the mean of all k is stretched by the root of
/// k ÷ (k − 1).
package struct MultiBootstrap: Sendable {
    private let bootstrap: Bootstrap

    package init(_ bootstrap: Bootstrap = Bootstrap()) {
        self.bootstrap = bootstrap
    }

    /// The draws of every system.
    ///
    /// - Parameters:
    ///   - table: a column for each run.
    ///   - owners: the system of each column, from 0.
    /// - Returns: nil for a system without a run, or with one whose score is undefined.
    package func draws(_ table: ScoreTable, owners: [Int], systems: Int) -> [SystemDraws?] {
        precondition(owners.count == table.columns && owners.allSatisfy { (0..<systems).contains($0) })
        let columns = (0..<systems).map { system in owners.indices.filter { owners[$0] == system } }
        let observed = table.values
        let scores = owners.indices.map { observed[($0 + 1) * table.width - 1] }
        let lanes = ColumnSums.lanes
        let blocks = (bootstrap.resamples + lanes - 1) / lanes
        let sums = ColumnSums(table)
        let drawn = Parallel.map(blocks, chunk: 1) { block -> [Double] in
            var generator = Generator(seed: bootstrap.seed, stream: UInt64(block))
            // By system, then by lane.
            var result = [Double](repeating: .nan, count: systems * lanes)
            let values = sums.scores(using: &generator)
            for system in 0..<systems {
                let own = columns[system]
                for lane in 0..<lanes where !own.isEmpty {
                    result[system * lanes + lane] = Self.meanOfSeeds(own, lane, values, &generator)
                }
            }
            return result
        }
        return (0..<systems).map { system in
            let own = columns[system].map { scores[$0] }
            guard !own.isEmpty, own.allSatisfy({ !$0.isNaN }) else { return nil }
            var values: [Double] = []
            values.reserveCapacity(blocks * lanes)
            for block in drawn { values += block[(system * lanes)..<((system + 1) * lanes)] }
            let mean = own.reduce(0, +) / Double(own.count)
            let squares = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            let count = Double(own.count)
            return SystemDraws(
                estimate: mean,
                values: Array(values.prefix(bootstrap.resamples)),
                seeds: own.count,
                seedParts: own.count > 1
                    ? [.init(variance: squares / (count - 1) / count, degreesOfFreedom: count - 1)] : [],
                unitDegrees: Double(max(1, table.counts.reduce(0, +) - 1))
            )
        }
    }

    private static func meanOfSeeds(
        _ columns: [Int],
        _ lane: Int,
        _ values: [Double],
        _ generator: inout Generator
    ) -> Double {
        let count = columns.count
        guard count > 1 else { return values[columns[0] * ColumnSums.lanes + lane] }
        var all = 0.0
        var drawn = 0.0
        for column in columns {
            all += values[column * ColumnSums.lanes + lane]
            drawn += values[columns[generator.index(below: count)] * ColumnSums.lanes + lane]
        }
        let size = Double(count)
        let stretch = (size / (size - 1)).squareRoot()
        return all / size + stretch * (drawn - all) / size
    }
}
