package import PodiumCore

/// One run, from its assignment to its result.
package enum Job {
    /// Does what the assignment says; the result's files are complete on disk when it returns.
    package static func run(_ context: JobContext) async throws -> RunResult {
        switch context.spec.kind {
        case .pretrain: try PretrainJob(context).run()
        case .finetune: try FinetuneJob(context).run()
        case .evaluate: try EvaluateJob(context).run()
        case .report: throw JobError(.crash, "a report is made from history, not by the engine")
        }
    }
}
