import PodiumCore
import PodiumReport

/// The configurations of one system on one task: runs that differ in nothing but the seed are one.
struct Configurations {
    struct Configuration {
        /// Those at hand: all of them, or those that succeeded.
        var members: [SuiteHistory.Run]
        /// How many runs it has in all, and how many of them failed or were cancelled.
        var runs: Int
        var failed: Int
        /// Mean development score over its seeds; nil without one.
        var mean: Double?
        fileprivate var settings: [Setting]
        fileprivate var firstRun: RunID
    }

    /// In order of submission.
    let all: [Configuration]

    init(_ history: SuiteHistory, system: String, task: BenchmarkTask) {
        let runs = history.runs.filter { $0.record.spec.system == system && $0.record.spec.task == task }
        if let sweeps = history.sweeps {
            let byID = Dictionary(runs.map { ($0.record.id, $0) }) { first, _ in first }
            all = sweeps.filter { $0.system == system && $0.task == task }.map { sweep in
                let members = sweep.members.compactMap { byID[$0] }
                return Configuration(
                    members: members,
                    runs: sweep.runs,
                    failed: sweep.failed,
                    mean: sweep.mean,
                    settings: (members.first ?? byID[sweep.firstRun])?.record.spec.work.settings ?? [],
                    firstRun: sweep.firstRun
                )
            }.sorted { $0.firstRun < $1.firstRun }
            return
        }
        all = Dictionary(grouping: runs) { $0.record.spec.work.settings }.map { settings, members in
            let scores = members.compactMap { $0.record.state == .succeeded ? $0.result?.score : nil }
            return Configuration(
                members: members,
                runs: members.count,
                failed: members.filter { $0.record.state == .failed || $0.record.state == .cancelled }.count,
                mean: scores.isEmpty ? nil : scores.reduce(0, +) / Double(scores.count),
                settings: settings,
                firstRun: members.map(\.record.id).min() ?? RunID(rawValue: 0)
            )
        }.sorted { $0.firstRun < $1.firstRun }
    }

    /// The one with the best mean score over its seeds, the first of equals; nil without a run.
    var best: Configuration? {
        all.max { ($0.mean ?? -2, $1.firstRun) < ($1.mean ?? -2, $0.firstRun) }
    }

    /// Mean development scores, of those configurations that have one.
    var means: [Double] { all.compactMap(\.mean) }

    /// What tells a configuration from the others: `learningRate 3e-5`; nil if there is only one.
    func label(of chosen: Configuration) -> String? {
        guard all.count > 1 else { return nil }
        let others = all.map(\.settings).filter { !$0.isEmpty }
        let telling = chosen.settings.filter { setting in !others.allSatisfy { $0.contains(setting) } }
        return telling.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
}

extension SuiteHistory {
    /// The history of the runs that are scored or trained, each configuration of a sweep a system of its own if all are to
    /// be shown.
    var reported: SuiteHistory {
        var history = self
        history.runs = runs.filter { $0.record.spec.kind != .report }
        guard suite.selection.rule == .all, sweeps == nil else { return history }
        let reported = history
        var names: [RunID: String] = [:]
        for system in Set(reported.runs.map(\.record.spec.system)) {
            for task in Set(reported.runs.compactMap(\.record.spec.task)) {
                let configurations = Configurations(reported, system: system, task: task)
                for configuration in configurations.all {
                    guard let label = configurations.label(of: configuration) else { continue }
                    for run in configuration.members { names[run.record.id] = system + ", " + label }
                }
            }
        }
        for place in history.runs.indices {
            if let name = names[history.runs[place].record.id] { history.runs[place].record.spec.system = name }
        }
        return history
    }
}
