import PodiumCore
import PodiumReport

/// The configurations of one system on one task: runs that differ in nothing but the seed are one.
struct Configurations {
    /// In order of submission.
    let all: [[SuiteHistory.Run]]

    init(_ histories: [SuiteHistory.Run], system: String, task: BenchmarkTask) {
        let runs = histories.filter { $0.record.spec.system == system && $0.record.spec.task == task }
        all = Dictionary(grouping: runs) { $0.record.spec.work.settings }.values
            .sorted { ($0.first?.record.id.rawValue ?? 0) < ($1.first?.record.id.rawValue ?? 0) }
    }

    /// The one with the best mean score over its seeds; nil without a run.
    var best: [SuiteHistory.Run]? {
        all.max { (Self.meanScore(of: $0) ?? -2) < (Self.meanScore(of: $1) ?? -2) }
    }

    /// Mean development scores, of those configurations that have one.
    var means: [Double] { all.compactMap(Self.meanScore) }

    /// What tells a configuration from the others: `learningRate 3e-5`; nil if there is only one.
    func label(of chosen: [SuiteHistory.Run]) -> String? {
        guard all.count > 1, let own = chosen.first?.record.spec.work.settings else { return nil }
        let others = all.compactMap { $0.first?.record.spec.work.settings }
        let telling = own.filter { setting in !others.allSatisfy { $0.contains(setting) } }
        return telling.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }

    private static func meanScore(of runs: [SuiteHistory.Run]) -> Double? {
        let scores = runs.compactMap { $0.record.state == .succeeded ? $0.result?.score : nil }
        return scores.isEmpty ? nil : scores.reduce(0, +) / Double(scores.count)
    }
}

extension SuiteHistory {
    /// The runs that are scored or trained, each configuration of a sweep a system of its own if all are to be shown.
    var reportedRuns: [Run] {
        let reported = runs.filter { $0.record.spec.kind != .report }
        guard suite.selection.rule == .all else { return reported }
        return reported.map { run in
            guard let task = run.record.spec.task else { return run }
            let configurations = Configurations(reported, system: run.record.spec.system, task: task)
            guard let own = configurations.all.first(where: { $0.contains { $0.record.id == run.record.id } }),
                let label = configurations.label(of: own)
            else { return run }
            var renamed = run
            renamed.record.spec.system += ", \(label)"
            return renamed
        }
    }
}
