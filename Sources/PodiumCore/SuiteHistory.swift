/// All that is known of a suite: what a report is made of.
package struct SuiteHistory: Codable, Sendable, Equatable {
    /// A run with what the store keeps of it.
    package struct Run: Codable, Sendable, Equatable {
        package var record: RunRecord
        package var attempts: [AttemptRecord]
        package var result: RunResult?
        /// Points by metric name.
        package var curves: [String: [MetricPoint]]

        package init(
            record: RunRecord,
            attempts: [AttemptRecord],
            result: RunResult?,
            curves: [String: [MetricPoint]] = [:]
        ) {
            self.record = record
            self.attempts = attempts
            self.result = result
            self.curves = curves
        }
    }

    package var suite: SuiteRecord
    /// In submission order; the report run itself is among them.
    package var runs: [Run]

    package init(suite: SuiteRecord, runs: [Run]) {
        self.suite = suite
        self.runs = runs
    }

    /// The metrics that reports draw, by the store's names.
    private static let curveNames = ["loss", "learning_rate", "tokens_per_second"]

    /// Reads a suite's history; nil if there is no such suite.
    package static func load(
        _ id: SuiteID,
        from store: any JobStore,
        curvePoints: Int = 200
    ) async throws -> SuiteHistory? {
        guard let suite = try await store.suite(named: "\(id)") else { return nil }
        var runs: [Run] = []
        for record in try await store.runs(suite: id, includingTerminal: true) {
            var run = Run(
                record: record,
                attempts: try await store.attempts(of: record.id),
                result: try await store.result(of: record.id)
            )
            if record.spec.work.optimization != nil {
                for name in curveNames {
                    let points = try await store.metricPoints(of: record.id, name: name, limit: curvePoints)
                    if !points.isEmpty { run.curves[name] = points }
                }
            }
            runs.append(run)
        }
        return SuiteHistory(suite: suite, runs: runs)
    }
}
