internal import FoundationEssentials
internal import PodiumCore
internal import PodiumReport
package import PodiumStore
internal import PodiumWeb

/// How long the dashboard takes for its pages over a store that holds many runs.
package struct WebBench: Sendable {
    private let store: PostgresStore
    private let selection: BenchSelection
    private let suites: Int
    private let runs: Int
    private let points: Int
    private let version: String

    /// - Parameters:
    ///   - runs: stored in all, in suites of a thousand.
    ///   - points: of each run's curve.
    package init(store: PostgresStore, selection: BenchSelection, runs: Int, points: Int, version: String) {
        self.store = store
        self.selection = selection
        self.runs = min(runs, 1000)
        suites = max(1, runs / 1000)
        self.points = points
        self.version = version
    }

    /// Requests of each kind, over different suites; the 95th percentile counts.
    private static let requests = 40

    package func figures() async throws -> [BenchFigure] {
        let stored = try await fill()
        let limits = WebOptions.Limits(readsPerSecond: 1e6, readBurst: 1e9, writesPerSecond: 1e6)
        let app = try WebApp(
            store: store,
            jobFiles: JobFiles { _ in throw BenchError(.failed, "nothing is submitted here") },
            provenance: Report.Provenance(
                version: version,
                host: "bench",
                operatingSystem: "",
                cpu: "",
                cores: 1,
                databaseSchema: 0
            ),
            options: WebOptions(limits: limits, version: version, dataDirectory: "/nowhere")
        )
        let run = try await store.runs(suite: stored[0], includingTerminal: true, after: nil, limit: 1)[0].id
        let pages: [(name: String, target: @Sendable (Int) -> String)] = [
            ("overview", { _ in "/" }),
            ("list", { "/history?page=\($0 % 20 + 1)" }),
            ("list-by-score", { _ in "/history?sort=score&task=glue/MRPC" }),
            ("suites", { _ in "/suites" }),
            ("matrix", { "/suites/\(stored[$0 % stored.count])" }),
            ("leaderboard", { "/suites/\(stored[$0 % min(4, stored.count)])/leaderboard" }),
            ("run", { "/runs/\(run.rawValue + Int64($0))" }),
            (
                "compare-200",
                { "/compare?runs=\(run.rawValue + Int64($0))-\(run.rawValue + Int64($0) + 199)&group=seed" }
            ),
            ("queue", { _ in "/queue" }),
        ]
        var figures: [BenchFigure] = []
        for (name, target) in pages where selection.selects("web/\(name)") {
            var times: [Double] = []
            var size = 0
            for number in 0..<Self.requests {
                var response: WebResponse?
                times.append(try await Stopwatch.seconds { response = try await ask(app, target(number)) })
                if case .bytes(let bytes) = response?.body { size = max(size, bytes.count) }
            }
            let slow = times.sorted()[Self.requests * 95 / 100] * 1e3
            figures.append(BenchFigure(name: "web/\(name)", value: slow, unit: "ms p95, aim 300"))
            figures.append(
                BenchFigure(name: "web/\(name)/size", value: Double(size), unit: "bytes, aim 300,000")
            )
        }
        return figures
    }

    private func ask(_ app: WebApp, _ target: String) async throws -> WebResponse {
        let request = WebRequest(method: "GET", target: target, headers: ["host": "127.0.0.1"], body: [], peer: "bench")
        guard let request else { throw BenchError(.failed, "\(target) is no address") }
        let response = await app.answer(request)
        guard response.status == 200 else { throw BenchError(.failed, "\(target) answers \(response.status)") }
        return response
    }

    /// Suites of ten systems, ten tasks and ten seeds.
    private func fill() async throws -> [SuiteID] {
        var stored: [SuiteID] = []
        let tasks = Array(BenchmarkTask.glue.prefix(9)) + [.squadV1]
        for number in 0..<suites {
            let planned = (0..<runs).map { place in
                let task = tasks[place / 10 % 10]
                var work = FineTuning(model: .preset("tiny"), task: task, seed: UInt64(place % 10 + 1))
                work.engine.maxSequenceLength = 128
                return PlannedRun(
                    spec: RunSpec(
                        name: "system-\(place / 100)/\(task.rawValue)/seed-\(place % 10 + 1)",
                        system: "system-\(place / 100)",
                        work: .finetune(work)
                    )
                )
            }
            let suite = try await store.submit(
                Submission(name: "suite-\(number)", kind: .suite, source: "", runs: planned)
            )
            try await store.pretendResults(of: suite.suite, points: points)
            stored.append(suite.suite)
        }
        try await store.analyze()
        return stored
    }
}
