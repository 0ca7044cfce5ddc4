import Foundation
import Logging
import PodiumCore
import PodiumExperiments
import PodiumStore
import PodiumTestSupport
import Testing

/// What `podium doctor` finds.
@Suite(.database)
struct OperationTests {
    private func findings(_ store: PostgresStore, here: Double? = nil, engines: [RunningEngine] = []) async throws
        -> [String: Readiness.Status]
    {
        let health = try await store.health()
        let all = Readiness.operation(health, here: here ?? health.now, root: "/data/artifacts", processes: engines)
        return Dictionary(uniqueKeysWithValues: all.map { ($0.check, $0.status) })
    }

    private func submit(_ store: PostgresStore) async throws {
        let spec = RunSpec(name: "a", system: "tiny", work: .finetune(FineTuning(model: .preset("tiny"), task: .mrpc)))
        _ = try await store.submit(Submission(name: "s", kind: .suite, source: "", runs: [PlannedRun(spec: spec)]))
    }

    @Test func aServerInOrderIsSo() async throws {
        let store = try await PostgresStore.open(try TestDatabase.current)
        _ = try await store.lead(as: "me", seconds: 60)
        let worker = try await store.registerWorker(
            WorkerRegistration(host: "h", processID: 1, pool: "cpu", threads: 64, version: "t"),
            leaseSeconds: 60
        )
        try await submit(store)
        let lease = try #require(try await store.claim(for: worker, pool: "cpu", threads: 64, limit: 1).first?.lease)
        let engine = RunningEngine(
            process: 7,
            parent: 1,
            folder: "/data/artifacts/run-\(lease.run)/attempt-\(lease.token)"
        )
        // Engines of other data directories are others' business.
        let other = RunningEngine(process: 8, parent: 1, folder: "/else/artifacts/run-1/attempt-1")
        let found = try await findings(store, engines: [engine, other])
        #expect(found.values.allSatisfy { $0 == .ok }, "\(found)")
        await store.close()
    }

    @Test func whatADatabaseLacksIsNamedAndNothingElseIsTried() async throws {
        let address = try TestDatabase.current
        let place = Place(
            dataDirectory: "/nonexistent",
            database: address,
            clusterOptions: .init(dataDirectory: "/nonexistent")
        )
        func found() async -> [Readiness] { await Readiness.operation(of: place, now: { 0 }, processes: []) }
        #expect(await found().first?.status == .ok)
        let connection = try await Connection.open(address)
        try await connection.run(
            Script(trusted: "drop table leases cascade; alter table runs drop column held cascade")
        )
        let gaps = await found()
        #expect(gaps.map(\.check) == ["schema"] && gaps.first?.status == .missing)
        #expect(gaps.first?.message.contains("table leases, column runs.held, view ") == true, "\(gaps)")
    }

    /// A table goes after the server has started: the scheduler's next statement about it is the last.
    @Test(arguments: ["drop table leaders", "alter table runs drop column not_before cascade"])
    func aDatabaseThatIsDamagedEndsTheServerAndSaysHow(damage: String) async throws {
        let folder = try TestFolder()
        let address = try TestDatabase.current
        let place = Place(
            dataDirectory: folder.path,
            database: address,
            clusterOptions: .init(dataDirectory: folder.path)
        )
        let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = try await LocalServer.start(place, log: log) { _ in }
        let error = await #expect(throws: StoreError.self) {
            try await server.closing { server in
                try await server.serve(scheduler: "s", worker: nil) {
                    let connection = try await Connection.open(address)
                    try await connection.run(Script(trusted: damage))
                    try await Task.sleep(for: .seconds(60))
                }
            }
        }
        #expect(error?.code == .schemaDamaged)
        #expect(error?.message.contains("does not exist") == true && error?.message.contains("the statement: ") == true)
        #expect(error?.message.contains("`podium doctor`") == true, "\(error as Any)")
        // The next start says at once what is missing.
        let refusal = await #expect(throws: StoreError.self) { try await LocalServer.join(place, log: log) }
        #expect(refusal?.code == .schemaDamaged && refusal?.message.contains(" lacks ") == true)
    }

    @Test func whatIsWrongIsFound() async throws {
        let store = try await PostgresStore.open(try TestDatabase.current)
        let worker = try await store.registerWorker(
            WorkerRegistration(host: "h", processID: 1, pool: "cpu", threads: 64, version: "t"),
            leaseSeconds: 60
        )
        try await submit(store)
        let lease = try #require(try await store.claim(for: worker, pool: "cpu", threads: 64, limit: 1).first?.lease)
        _ = try await store.heartbeat(worker, leaseSeconds: -60)
        let orphan = RunningEngine(process: 7, parent: 1, folder: "/data/artifacts/run-\(lease.run)/attempt-999")
        let now = try await store.health().now
        let found = try await findings(store, here: now + 10, engines: [orphan])
        #expect(found["clock"] == .missing)
        #expect(found["scheduler"] == .missing)
        #expect(found["workers"] == .note)
        #expect(found["rows"] == .missing)
        #expect(found["engines"] == .missing)
        await store.close()
    }

    @Test func aRunOutsideTheQueueIsFound() async throws {
        let store = try await PostgresStore.open(try TestDatabase.current)
        try await submit(store)
        #expect(try await findings(store)["rows"] == .ok)
        // A held run is out of the queue by intent.
        let run = RunID(rawValue: 1)
        #expect(try await store.hold([run]) == [run])
        #expect(try await findings(store)["rows"] == .ok)
        #expect(try await store.release([run]) == [run])
        #expect(try await findings(store)["rows"] == .ok)
        let connection = try await Connection.open(try TestDatabase.current)
        try await connection.query("delete from ready")
        #expect(try await findings(store)["rows"] == .missing)
        try await connection.query(
            "insert into ready (run_id, pool, threads, sort_key) select id, pool, threads, sort_key from runs"
        )
        #expect(try await findings(store)["rows"] == .ok)
        try await connection.query("insert into leases (worker_id, run_id) values (7, 1)")
        #expect(try await findings(store)["rows"] == .missing)
        await store.close()
    }

    @Test func enginesAreFoundByTheirCommandLines() throws {
        let proc = "/tmp/podium-proc-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: proc) }
        let lines: [(Int, [String])] = [
            (10, ["/usr/bin/podium", "engine", "--matmul-library", "onednn", "/d/artifacts/run-1/attempt-2"]),
            (11, ["/usr/bin/podium", "worker", "--data-dir", "/d"]),
            (12, ["vi", "/d/artifacts/run-1/attempt-2"]),
        ]
        for (process, words) in lines {
            try FileManager.default.createDirectory(atPath: "\(proc)/\(process)", withIntermediateDirectories: true)
            try Data(words.map { $0 + "\0" }.joined().utf8).write(to: URL(filePath: "\(proc)/\(process)/cmdline"))
            try Data("\(process) (a) b) S 4 1 1".utf8).write(to: URL(filePath: "\(proc)/\(process)/stat"))
        }
        #expect(
            RunningEngines.all(in: proc) == [
                RunningEngine(process: 10, parent: 4, folder: "/d/artifacts/run-1/attempt-2")
            ]
        )
    }

    @Test func pilotsThatWaitAreSummedUp() {
        func submission(_ states: [PilotTask]) -> PilotSubmission {
            PilotSubmission(
                id: 1,
                pool: "p",
                name: "n",
                queue: "cpu",
                threads: 1,
                tasks: 2,
                intendedAt: 0,
                states: states
            )
        }
        #expect(PilotTable.waiting([]) == nil)
        #expect(PilotTable.waiting([submission([PilotTask(task: 1, state: "RUNNING")])]) == nil)
        let waiting = submission([
            PilotTask(task: 1, state: "PENDING", reason: "Resources"),
            PilotTask(task: 2, state: "PD", reason: "Priority"),
        ])
        #expect(PilotTable.waiting([waiting]) == "2 pilots wait in Slurm (Priority, Resources)")
        #expect(PilotTable([waiting]).rendered().contains("(Resources)"))
    }

    @Test func logLinesForProgramsAreOnOneLine() throws {
        for style in [LineLog.Style.json, .logfmt] {
            var lines: [String] = []
            nonisolated(unsafe) let add = { (line: String) in lines.append(line) }
            LineLog.logger(style: style) { add($0) }.warning("a \"b\"\nc=d")
            let line = try #require(lines.first)
            #expect(lines.count == 1 && !line.contains("\n"))
            #expect(line.contains(#""a \"b\"\nc=d""#) && line.contains("warning"))
            if style == .json {
                let value = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
                #expect(value?["message"] == "a \"b\"\nc=d" && value?["level"] == "warning")
                #expect(value?["time"]?.hasSuffix("Z") == true)
            }
        }
    }
}
