import PodiumCore
import PodiumPrimitives
import PodiumReport
import PodiumSpec

/// A system's number by the protocol `glue-sane-5`: of each of nine development numbers the median over five seeds, and their flat mean.
struct GLUESane {
    private static let numbers: [(task: BenchmarkTask, metric: String)] = [
        (.mnli, "accuracy_matched"), (.mnli, "accuracy_mismatched"), (.sst2, "accuracy"), (.stsb, "spearman"),
        (.rte, "accuracy"), (.qnli, "accuracy"), (.qqp, "f1"), (.mrpc, "f1"), (.cola, "matthews"),
    ]

    /// On a scale of 0 to 1.
    let value: Double

    /// - Parameter runs: a system's.
    /// - Returns: nil where the runs are not what the protocol asks for, or have not all succeeded.
    init?(_ runs: [SuiteHistory.Run]) {
        let tuned = runs.filter { $0.record.spec.kind == .finetune && $0.record.spec.task != nil }
        guard !tuned.isEmpty, SaneProtocol.complaint(about: tuned.map(\.record.spec)) == nil else { return nil }
        var sum = 0.0
        for (task, metric) in Self.numbers {
            let values = tuned.filter { $0.record.spec.task == task && $0.record.state == .succeeded }
                .compactMap { $0.result?.metrics[metric] }.sorted()
            guard values.count == SaneProtocol.seeds else { return nil }
            sum += values[values.count / 2] / task.metricScale
        }
        value = sum / Double(Self.numbers.count)
    }

    func note(of system: String) -> Report.Note {
        Report.Note(
            code: SaneProtocol.name,
            message:
                "\(SaneProtocol.name) of \(system): \(NumberText.percent(value)), the flat mean of nine development numbers, each "
                + "the median of five seeds, with one setting of at most five epochs for all eight tasks. It compares with numbers "
                + "of this protocol alone."
        )
    }
}
