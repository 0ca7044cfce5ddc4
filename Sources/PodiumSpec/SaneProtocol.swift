package import PodiumCore

/// The rules of the protocol `glue-sane-5` (Geiping and Goldstein 2023, section 5): all eight tasks of GLUE but WNLI, one setting for all of
/// them, at most five epochs, five seeds.
package enum SaneProtocol {
    package static let name = "glue-sane-5"
    package static let tasks = BenchmarkTask.glue.filter { $0 != .wnli }
    package static let seeds = 5
    private static let epochs = 5.0

    /// Which rule a system's runs on tasks break; nil if none.
    package static func complaint(about runs: [RunSpec]) -> String? {
        let tuned = runs.filter { $0.kind == .finetune && $0.task != nil }
        if let other = tuned.compactMap(\.task).first(where: { !tasks.contains($0) }) {
            return "\(other.rawValue) is none of its eight tasks"
        }
        for task in tasks {
            let own = tuned.filter { $0.task == task }.compactMap(\.work.seed)
            guard !own.isEmpty else { return "\(task.rawValue) is missing; it has all of GLUE but WNLI" }
            guard own.count == seeds, Set(own).count == seeds else {
                return "\(task.rawValue) has \(own.count) runs; it has one setting and \(seeds) seeds"
            }
        }
        guard Set(tuned.map(\.work.settings)).count == 1 else {
            return "tasks have settings of their own; it has one for all"
        }
        guard let length = tuned.first?.work.optimization?.epochs, length <= epochs else {
            return "a task is trained for at most 5 epochs, and says so in epochs"
        }
        return nil
    }
}
