import PodiumCore
import PodiumEval
import PodiumReport

/// Averages over GLUE, by the rules of each protocol.
extension SuiteReport {
    func averages(
        of system: String,
        results: [Report.Outcome],
        tests: SystemComparisons
    ) -> [Report.Average] {
        func outcome(_ task: BenchmarkTask) -> Report.Outcome? {
            results.first { $0.system == system && $0.task == task && $0.status != .failed && $0.status != .missing }
        }
        guard BenchmarkTask.glue.contains(where: { outcome($0) != nil }) else { return [] }
        let scores = BenchmarkTask.glue.compactMap { task in outcome(task).map { score(of: $0) } }
        return [(Report.AveragingProtocol.glue, GLUEAverage.Rule.glue), (.bertPaper, .bertPaper)].compactMap {
            name,
            rule in
            guard let average = try? GLUEAverage(rule, of: scores) else { return nil }
            var missing: [BenchmarkTask] = []
            switch average.outcome {
            case .incomplete(let tasks): missing = tasks
            case .undefined(let task, _): missing = [task]
            case .value: break
            }
            // The BERT paper's average is of metrics, not of scores, which alone are resampled.
            let drawn = name == .glue ? tests.draws(of: system, over: BenchmarkTask.glue) : nil
            let interval = drawn?.interval().map { interval in
                var interval = interval
                let shift = (average.value ?? 0) - (drawn?.estimate ?? 0)
                interval.low += shift
                interval.high += shift
                return Report.Interval(interval, source: (drawn?.seeds ?? 1) > 1 ? .both : .examples)
            }
            return Report.Average(
                system: system,
                averaging: name,
                value: average.value,
                interval: average.value == nil ? nil : interval,
                missing: missing
            )
        }
    }

    /// A cell as the evaluator's own value, for averages by its rules.
    private func score(of outcome: Report.Outcome) -> GLUEScore {
        let metrics = outcome.metrics.map { metric in
            NamedMetric(
                name: metric.name,
                value: metric.measurement.map { .value($0.value) } ?? .undefined(reason: "no run gave it a value")
            )
        }
        return GLUEScore(task: outcome.task, n: outcome.examples, metrics: metrics)
    }
}

extension BenchmarkTask {
    /// Between which values its score lies.
    var scoreBounds: ClosedRange<Double> {
        switch self {
        case .cola, .ax, .stsb: -1...1
        default: 0...1
        }
    }

    /// What official metric values are divided by to lie between 0 and 1.
    package var metricScale: Double { isSQuAD ? 100 : 1 }
}
