package import PodiumCore

/// One run, from its assignment to its result.
package enum Job {
    /// Does what the assignment says; what it made is complete on disk when it returns.
    package static func run(_ context: JobContext) throws -> JobOutput {
        switch context.assignment.work {
        case .pretrain(let work): try PretrainJob(context, work).run()
        case .finetune(let work): try FinetuneJob(context, work).run()
        case .evaluate(let work): try EvaluateJob(context, work).run()
        case .embed(let work): try EmbedJob(context, work).run()
        case .report: throw JobError(.crash, "a report is made from history, not by the engine")
        }
    }
}

/// What a job found out and what it made.
package struct JobOutput: Sendable {
    package var result: RunResult
    package var artifacts: [Artifact]

    package init(_ result: RunResult, artifacts: [Artifact] = []) {
        self.result = result
        self.artifacts = artifacts
    }
}
