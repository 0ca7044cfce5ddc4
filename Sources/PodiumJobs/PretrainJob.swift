import PodiumCore

struct PretrainJob {
    init(_ context: JobContext) {}
    func run() throws -> RunResult { throw JobError(.input, "pre-training is not there yet") }
}
