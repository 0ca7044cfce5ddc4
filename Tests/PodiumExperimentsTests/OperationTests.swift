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
                device: "cpu",
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
