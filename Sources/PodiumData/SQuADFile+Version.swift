package import PodiumCore

extension SQuADFile {
    /// Refuses a file of the other version of SQuAD, which under the task's name would be trained and scored wrongly.
    ///
    /// - Parameter name: the file's name, for messages.
    package func check(isOf task: BenchmarkTask, name: String) throws(DataError) {
        let unanswerable = questions.filter { $0.isImpossible || $0.answers.isEmpty }.count
        switch task {
        case .squadV1:
            guard unanswerable > 0 else { return }
            throw DataError(
                .otherVersion,
                "\(unanswerable) of \(questions.count) questions have no answer, so the file is SQuAD v2.0's and not "
                    + "v1.1's; ask for squad-v2.0, or give v1.1's file",
                file: name
            )
        case .squadV2:
            guard unanswerable == 0, version?.contains("2.0") != true else { return }
            throw DataError(
                .otherVersion,
                "every question has an answer, so the file is SQuAD v1.1's and not v2.0's; ask for squad-v1.1, or "
                    + "give v2.0's file",
                file: name
            )
        default: preconditionFailure("\(task.rawValue) is no version of SQuAD")
        }
    }
}
