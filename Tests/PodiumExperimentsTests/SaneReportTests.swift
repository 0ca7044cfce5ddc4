import PodiumCore
import PodiumExperiments
import PodiumReport
import Testing

/// The number that the protocol `glue-sane-5` defines, among a report's notes.
struct SaneReportTests {
    private static let tasks: [BenchmarkTask] = [.cola, .sst2, .mrpc, .stsb, .qqp, .mnli, .qnli, .rte]

    /// Five seeds of every task; the median of each number is `base` and the task's place times 0.01.
    private static func runs(epochs: Double = 5, change: (inout SuiteHistory.Run) -> Void = { _ in }) -> [SuiteHistory
        .Run]
    {
        var runs: [SuiteHistory.Run] = []
        for (place, task) in tasks.enumerated() {
            for (seed, shift) in [(1, 0.03), (2, -0.2), (3, 0), (4, 0.3), (5, -0.01)] {
                let id = RunID(rawValue: Int64(runs.count + 1))
                var work = FineTuning(model: .named("m"), task: task, seed: UInt64(seed))
                work.optimization.epochs = epochs
                let value = 0.5 + 0.01 * Double(place) + shift
                let metrics = Dictionary(uniqueKeysWithValues: task.metrics.map { ($0, value) })
                let record = RunRecord(
                    id: id,
                    suite: SuiteID(rawValue: 1),
                    suiteName: "suite",
                    spec: RunSpec(name: "run-\(id)", system: "m", work: .finetune(work)),
                    state: .succeeded,
                    submittedAt: 0
                )
                let result = RunResult(metrics: metrics, score: value, examples: 10)
                var run = SuiteHistory.Run(record: record, attempts: [], result: result)
                change(&run)
                runs.append(run)
            }
        }
        return runs
    }

    private static func note(_ runs: [SuiteHistory.Run]) -> String? {
        let suite = SuiteRecord(
            id: SuiteID(rawValue: 1),
            name: "suite",
            kind: .suite,
            source: "",
            selection: SelectionRule(),
            submittedAt: 0
        )
        let provenance = Report.Provenance(
            version: "test",
            host: "test",
            operatingSystem: "test",
            cpu: "test",
            cores: 2,
            databaseSchema: 1
        )
        return SuiteReport(SuiteHistory(suite: suite, runs: runs))
            .report(provenance: provenance, generatedAt: 0, published: []).notes
            .first { $0.code == "glue-sane-5" }?.message
    }

    @Test func itIsTheMeanOfNineMedians() {
        // CoLA 50, SST-2 51, …, RTE 57, and MNLI's 55 twice: 483 over nine.
        #expect(Self.note(Self.runs())?.hasPrefix("glue-sane-5 of m: 53.7, the flat mean") == true)
    }

    @Test func runsThatBreakARuleHaveNone() {
        #expect(Self.note(Self.runs(epochs: 6)) == nil)
        #expect(Self.note(Array(Self.runs().dropLast())) == nil)
        #expect(Self.note(Self.runs { if $0.record.spec.task == .rte { $0.record.state = .failed } }) == nil)
    }
}
