import PodiumCore

/// What the data sets of a report's runs are called: `glue/MRPC dev`.
///
/// Other bytes or another number of examples are another data set, which is numbered: `glue/MRPC dev (2)`. So scores on
/// different data never share a name, and rankings go by names.
struct DatasetNames {
    private struct Identity: Hashable {
        var title: String
        var files: [DatasetUse.File]
        var examples: Int
    }

    private var names: [Identity: String] = [:]

    /// - Parameter runs: in the order in which data sets are numbered.
    init(_ runs: [SuiteHistory.Run]) {
        var counts: [String: Int] = [:]
        for run in runs {
            for (title, parts) in Self.grouped(run).sorted(by: { $0.key < $1.key }) {
                let identity = Self.identity(title, parts)
                guard names[identity] == nil else { continue }
                counts[title, default: 0] += 1
                let number = counts[title] ?? 1
                names[identity] = number == 1 ? title : "\(title) (\(number))"
            }
        }
    }

    /// The parts of data sets that a run read, by the set's name; MNLI's two development sets are one.
    func parts(of run: SuiteHistory.Run) -> [String: [DatasetUse]] {
        var parts: [String: [DatasetUse]] = [:]
        for (title, uses) in Self.grouped(run) {
            if let name = names[Self.identity(title, uses)] { parts[name] = uses }
        }
        return parts
    }

    /// What a run was scored on.
    func evaluation(_ run: SuiteHistory.Run) -> String? {
        parts(of: run).first { $0.value.contains(where: \.isEvaluation) }?.key
    }

    /// What a run was trained on.
    func training(_ run: SuiteHistory.Run) -> String? {
        parts(of: run).first { $0.value.contains { $0.split == .train } }?.key
    }

    private static func grouped(_ run: SuiteHistory.Run) -> [String: [DatasetUse]] {
        Dictionary(grouping: run.result?.datasets ?? [], by: \.reportID)
    }

    private static func identity(_ title: String, _ parts: [DatasetUse]) -> Identity {
        Identity(title: title, files: parts.flatMap(\.files), examples: parts.reduce(0) { $0 + $1.examples })
    }
}
