internal import Foundation
import PodiumCore
import PodiumEval
import PodiumLibrary

/// The predictions that a suite's runs left on disk, arranged for resampling.
struct PredictionTables {
    private let predictions: [RunID: [ExamplePrediction]]
    /// Runs whose file is not on this machine any more; nothing is tested with them.
    let missing: [RunID]

    init(_ histories: [SuiteHistory.Run]) {
        var found: [RunID: [ExamplePrediction]] = [:]
        var missing: [RunID] = []
        for history in histories {
            guard let path = history.artifact(.predictions)?.path else { continue }
            if let rows = try? PredictionLog.read(path), !rows.isEmpty {
                found[history.record.id] = rows
            } else {
                missing.append(history.record.id)
            }
        }
        predictions = found
        self.missing = missing
    }

    /// One column a run, in the order given.
    ///
    /// MNLI's two sets are taken as one; of SQuAD each question's F1 is known.
    /// - Returns: nil if a run's predictions are missing or were made on other examples.
    func table(of runs: [SuiteHistory.Run], task: BenchmarkTask) -> ScoreTable? {
        let columns = runs.compactMap { predictions[$0.record.id] }
        guard let first = columns.first, columns.count == runs.count,
            columns.allSatisfy({ $0.count == first.count && zip($0, first).allSatisfy(Self.isSameExample) })
        else { return nil }
        if task.isSQuAD { return try? ScoreTable(scores: columns.map { $0.map(\.score) }, metric: "f1") }
        let gold = first.map { LabelledRow(id: $0.example, label: $0.gold) }
        let sides = columns.compactMap { try? GLUEExamples(task: task, rows: gold, predicted: $0.map(\.prediction)) }
        return sides.count == columns.count ? try? ScoreTable(sides) : nil
    }

    private static func isSameExample(_ a: ExamplePrediction, _ b: ExamplePrediction) -> Bool {
        a.split == b.split && a.example == b.example && a.gold == b.gold
    }
}
