import FoundationEssentials
import PodiumCore
import PodiumExperiments
import PodiumLibrary
import PodiumReport
import PodiumStore
import PodiumTestSupport
import PodiumWeb
import Testing

/// A dashboard over a database of its own, asked without a network.
struct Site {
    let store: PostgresStore
    let app: WebApp

    static let limits = WebOptions.Limits(readsPerSecond: 10_000, readBurst: 100_000, writesPerSecond: 10_000)

    static func make(limits: WebOptions.Limits = Site.limits, dataDirectory: String? = nil) async throws -> Site {
        let store = try await PostgresStore.open(try TestDatabase.current)
        let jobFiles = JobFiles(
            reader: { request in
                // What has a kind is read as a job file, so that its mistakes are real ones.
                if request.yaml.contains("kind:") {
                    let reader = SubmissionReader(
                        models: ModelLibrary(directory: "/nowhere"),
                        presets: ["tiny"],
                        home: "/"
                    )
                    return try reader.read(
                        SubmissionReader.File(name: "job file", folder: "/", bytes: Array(request.yaml.utf8))
                    )
                }
                guard request.yaml.contains("name:") else { throw BadFile() }
                var submission = Self.submission(name: "submitted")
                if request.isFresh {
                    for place in submission.runs.indices { submission.runs[place].spec.mayReuse = false }
                }
                return submission
            },
            forecaster: { submission in
                submission.runs.contains { $0.spec.mayReuse } ? "1 of 2 runs is here already" : nil
            }
        )
        let provenance = Report.Provenance(
            version: "test",
            host: "here",
            operatingSystem: "none",
            cpu: "none",
            cores: 1,
            databaseSchema: 1
        )
        let options = WebOptions(limits: limits, version: "test", dataDirectory: dataDirectory)
        return Site(
            store: store,
            app: try WebApp(store: store, jobFiles: jobFiles, provenance: provenance, options: options)
        )
    }

    // MARK: Asking

    func get(_ target: String, token: String? = nil, headers: [String: String] = [:]) async throws -> WebResponse {
        try await send("GET", target, token: token, headers: headers)
    }

    func send(
        _ method: String,
        _ target: String,
        token: String? = nil,
        headers: [String: String] = [:],
        body: String = ""
    ) async throws -> WebResponse {
        var all = ["host": "127.0.0.1:8265"].merging(headers) { $1 }
        if let token { all["authorization"] = "Bearer \(token)" }
        let request = try #require(
            WebRequest(method: method, target: target, headers: all, body: Array(body.utf8), peer: "127.0.0.1")
        )
        return await app.answer(request)
    }

    /// Sends a form as a browser would that is signed in and has loaded the page before.
    func form(
        _ target: String,
        _ fields: [(String, String)],
        token: String,
        headers: [String: String] = [:]
    ) async throws -> WebResponse {
        let page = try await get("/queue", headers: ["cookie": "podium_token=\(token)"])
        let cookie = try #require(page.value(of: "Set-Cookie")?.split(separator: ";").first)
        let again = try await get("/submit", headers: ["cookie": "podium_token=\(token); \(cookie)"])
        let code = try #require(try again.text.firstMatch(of: #/name="form" value="([0-9a-f]+)"/#)?.1)
        let all = [("form", String(code))] + fields
        let body = PercentEncoding.query(all.map { ($0.0, Optional($0.1)) })
        return try await send(
            "POST",
            target,
            headers: [
                "cookie": "podium_token=\(token); \(cookie)", "content-type": "application/x-www-form-urlencoded",
                "origin": "http://127.0.0.1:8265",
            ].merging(headers) { $1 },
            body: body
        )
    }

    func token(_ role: AccessRole) async throws -> String {
        let text = TokenText.make()
        _ = try #require(
            try await store.addToken(name: "\(role) \(text.suffix(4))", role: role, sha256: TokenText.sha256(text))
        )
        return text
    }

    // MARK: What there is to see

    static func submission(name: String, seeds: Int = 2) -> Submission {
        let runs = (1...seeds).map { seed in
            PlannedRun(
                spec: RunSpec(
                    name: "tiny/glue/MRPC/seed-\(seed)",
                    system: "tiny",
                    work: .finetune(FineTuning(model: .preset("tiny"), task: .mrpc, seed: UInt64(seed)))
                )
            )
        }
        let report = PlannedRun(
            spec: RunSpec(name: "report", system: name, work: .report),
            dependencies: runs.map { Dependency(parent: $0.spec.name, condition: .afterAny) }
        )
        return Submission(name: name, kind: .suite, source: "name: \(name)", runs: runs + [report])
    }

    /// A suite with a run that is done, one that runs, and what waits for them.
    func fill(name: String = "first") async throws -> SubmittedSuite {
        let suite = try await store.submit(Self.submission(name: name))
        let worker = try await store.registerWorker(
            WorkerRegistration(host: "here", processID: 7, pool: "cpu", threads: 2, version: "test"),
            leaseSeconds: 600
        )
        let done = try #require(try await store.claim(for: worker, pool: "cpu", threads: 2, limit: 1).first)
        let progress = (1...20).map { step in
            EngineEvent.progress(
                TrainingProgress(
                    step: step,
                    totalSteps: 20,
                    loss: 1 / Double(step),
                    learningRate: 1e-4 * Double(20 - step),
                    examplesPerSecond: 100,
                    tokensPerSecond: 3000,
                    remainingSeconds: Double(20 - step)
                )
            )
        }
        _ = try await store.record(
            done.lease,
            events: progress + [.log(.info, "a <b>line</b>"), .log(.error, "trouble")]
        )
        let result = RunResult(metrics: ["f1": 0.8, "accuracy": 0.7], score: 0.75, examples: 100)
        _ = try await store.finish(done.lease, outcome: .succeeded(result))
        let running = try #require(try await store.claim(for: worker, pool: "cpu", threads: 2, limit: 1).first)
        _ = try await store.record(running.lease, events: Array(progress.prefix(10)))
        return suite
    }
}

/// What a job file that is none is answered by.
struct BadFile: Error {}

extension WebResponse {
    var text: String {
        get throws {
            guard case .bytes(let bytes) = body else { throw BadFile() }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
