package import PodiumCore
internal import PodiumPrimitives
internal import PodiumScheduler

/// Pilots in a batch system as a table for people.
package struct PilotTable {
    private let submissions: [PilotSubmission]

    package init(_ submissions: [PilotSubmission]) {
        self.submissions = submissions
    }

    package func rendered() -> String {
        var table = TextTable([
            ("JOB", .right), ("POOL", .left), ("NAME", .left), ("PILOT", .right), ("STATE", .left), ("WORKER", .right),
            ("RUNS", .right), ("NODE", .left), ("REASON", .left),
        ])
        for submission in submissions {
            for row in Self.rows(of: submission) {
                table.add([
                    submission.job ?? "", submission.pool, submission.name, "\(row.task)", row.state,
                    row.worker.map { "\($0.worker)" } ?? "", row.worker.map { "\($0.runs)" } ?? "", row.node,
                    row.reason,
                ])
            }
        }
        return table.rendered()
    }

    /// One pilot as it stands.
    package struct Row {
        package var task: Int
        package var state: String
        /// The worker that it is, while that lives.
        package var worker: PilotWorker?
        package var node: String
        package var reason: String
    }

    package static func rows(of submission: PilotSubmission) -> [Row] {
        (1...max(1, submission.tasks)).map { task in
            let listed = submission.states.first { $0.task == task }
            let worker = submission.workers.last { $0.task == task && $0.isAlive }
            let unknown = submission.job == nil ? "not confirmed" : "not listed"
            return Row(
                task: task,
                state: listed?.state ?? unknown,
                worker: worker,
                node: listed?.node ?? "",
                reason: (listed?.reason ?? submission.reason).map { $0.isEmpty ? "" : "(\($0))" } ?? ""
            )
        }
    }

    /// What keeps pilots from starting, in one line: `2 pilots wait in Slurm (Resources)`; nil if none wait.
    package static func waiting(_ submissions: [PilotSubmission]) -> String? {
        let waiting = submissions.flatMap(\.states).filter { state in
            switch state.meaning {
            case .queued, .requeued, .held, .preempted: true
            default: false
            }
        }
        guard !waiting.isEmpty else { return nil }
        let reasons = Set(waiting.map { $0.reason.isEmpty ? $0.state : $0.reason }).sorted().joined(separator: ", ")
        return
            "\(NumberText.count(waiting.count, "pilot")) \(waiting.count == 1 ? "waits" : "wait") in Slurm (\(reasons))"
    }
}
