package import PodiumCore

/// One run, from its assignment to its result.
package enum Job {
    /// Does what the assignment says; the result's files are complete on disk when it returns.
    package static func run(_ context: JobContext) async throws -> RunResult {
        switch context.spec.work {
        case .pretrain(let work): try PretrainJob(context, work).run()
        case .finetune(let work): try FinetuneJob(context, work).run()
        case .evaluate(let work): try EvaluateJob(context, work).run()
        case .report: throw JobError(.crash, "a report is made from history, not by the engine")
        }
    }
}
