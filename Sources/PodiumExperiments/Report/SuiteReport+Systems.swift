import PodiumCore
import PodiumReport

/// The systems that a suite compares, and the data that it was scored on.
extension SuiteReport {
    /// The leaderboard row of a run: a pre-training counts for the first system that starts from it.
    func system(of spec: RunSpec) -> String {
        guard spec.kind == .pretrain else { return spec.system }
        let heir = histories.first { $0.record.spec.model?.parent == spec.name && $0.record.spec.task != nil }
        return heir?.record.spec.system ?? spec.system
    }

    func systems() -> [Report.System] {
        var result: [Report.System] = []
        for history in histories where system(of: history.record.spec) == history.record.spec.system {
            let spec = history.record.spec
            guard !result.contains(where: { $0.id == spec.system }) else { continue }
            let known = histories.first { $0.record.spec.system == spec.system && $0.result != nil }?.result
            result.append(
                Report.System(
                    id: spec.system,
                    name: spec.system,
                    summary: known?.modelSummary,
                    parameters: known?.parameters,
                    origin: spec.model?.description,
                    weightsSHA256: known?.startWeightsSHA256
                )
            )
        }
        return result
    }

    /// Each data set once; a task's evaluation sets are one (MNLI has two).
    func datasets() -> [Report.Dataset] {
        var result: [Report.Dataset] = []
        for history in histories {
            for (id, parts) in names.parts(of: history).sorted(by: { $0.key < $1.key }) {
                guard let first = parts.first, !result.contains(where: { $0.id == id }) else { continue }
                result.append(
                    Report.Dataset(
                        id: id,
                        task: first.task,
                        split: first.reportSplit,
                        origin: Report.Dataset.Origin(rawValue: first.origin.rawValue) ?? .modified,
                        examples: parts.reduce(0) { $0 + $1.examples },
                        files: parts.flatMap(\.files).map {
                            Report.Dataset.File(name: $0.name, sha256: $0.sha256, bytes: $0.bytes)
                        }
                    )
                )
            }
        }
        // A task whose runs all failed read nothing that anybody knows of, but its cells name a data set.
        for spec in histories.map(\.record.spec) {
            guard let task = spec.task, !result.contains(where: { $0.task == task && $0.split == "dev" })
            else { continue }
            result.append(
                Report.Dataset(
                    id: "\(task.rawValue) dev",
                    task: task,
                    split: "dev",
                    origin: spec.work.examples?.data == .sample ? .sample : .modified,
                    examples: 0
                )
            )
        }
        return result
    }
}

extension DatasetUse {
    /// The data set's name in a report.
    var reportID: String {
        "\(task?.rawValue ?? "corpus") \(reportSplit)"
    }

    /// `dev` for MNLI's `dev_matched` and `dev_mismatched` alike.
    var reportSplit: String { isEvaluation ? DataSplit.dev.rawValue : split.rawValue }

    /// Whether the run was scored on it.
    var isEvaluation: Bool { split.isDevelopment }
}
