import PodiumCore
import PodiumPrimitives

extension Report {
    /// What the report comes to, a sentence each: what a reader should know who reads nothing else.
    package var findings: [String] {
        var lines: [String] = []
        func name(_ id: String) -> String { systems.first { $0.id == id }?.name ?? id }
        let overall = standings.filter { $0.task == nil }
        if let first = tiers.first, overall.count > 1 {
            let names = first.systems.map(name).sorted().joined(separator: ", ")
            lines.append(
                first.systems.count == 1
                    ? "\(names) is better than every other system, over all tasks together."
                    : "No test tells the best of these apart: \(names)."
            )
            let pairs = comparisons.filter { $0.task == nil || tasks.count == 1 }
            let decided = pairs.count { ($0.adjustedP ?? $0.p) < 0.05 }
            lines.append(
                "\(decided) of \(NumberText.count(pairs.count, "pair")) of systems "
                    + "\(decided == 1 ? "is" : "are") separable (5 % error over all pairs)."
            )
            if let close = pairs.filter({ ($0.adjustedP ?? $0.p) >= 0.05 }).compactMap(\.detectable).min() {
                lines.append(
                    "Among the others a true difference of \(NumberText.percent(close)) points or more would have been "
                        + "found with 80 % power."
                )
            }
        }
        if let fragile = comparisons.filter({ $0.fragility != nil }).min(by: {
            ($0.fragility ?? 0) < ($1.fragility ?? 0)
        }),
            let count = fragile.fragility, count < 10, count > 0
        {
            lines.append(
                "The order of \(name(fragile.first)) and \(name(fragile.second)) on \(fragile.task?.displayName ?? "all tasks") "
                    + "hangs on \(NumberText.count(count, "example"))."
            )
        }
        let selected = results.filter { $0.configurations > 1 }
        if let most = selected.max(by: { ($0.inflation ?? 0) < ($1.inflation ?? 0) }), let inflation = most.inflation {
            lines.append(
                "\(NumberText.count(selected.count, "score")) of configurations chosen on the data they are scored on: "
                    + "best of up to \(selected.map(\.configurations).max() ?? 1), which may raise a score by up to "
                    + "\(NumberText.percent(inflation)) points."
            )
        }
        let failed = runs.count { $0.state == .failed }
        if failed > 0 {
            lines.append("\(NumberText.count(failed, "run")) failed and \(failed == 1 ? "is" : "are") in no mean.")
        }
        return lines
    }
}
