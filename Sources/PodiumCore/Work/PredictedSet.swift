/// A set that a run leaves predictions of: `predict` of the job file.
package enum PredictedSet: String, Codable, Hashable, Sendable, CaseIterable {
    /// The development set: it is scored, and configurations are chosen by it.
    case dev
    /// The test set, whose labels the benchmark's server keeps.
    case test
    /// GLUE's diagnostic set, which the models of MNLI answer.
    case ax
}

extension TaskExamples {
    /// A file that is predicted and never chosen by.
    package struct UnscoredSet: Hashable, Sendable {
        package var task: BenchmarkTask
        package var split: DataSplit
    }

    /// The sets beyond the development set that the run predicts, in the order of a submission.
    package var unscoredSets: [UnscoredSet] {
        var sets: [UnscoredSet] = []
        if predict.contains(.test) {
            let splits: [DataSplit] = task == .mnli ? [.testMatched, .testMismatched] : [.test]
            sets += splits.map { UnscoredSet(task: task, split: $0) }
        }
        if predict.contains(.ax), task == .mnli { sets.append(UnscoredSet(task: .ax, split: .diagnostic)) }
        return sets
    }
}
