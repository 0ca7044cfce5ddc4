import FoundationEssentials
import Logging
import PodiumCore
import PodiumPrimitives
import PodiumScheduler
import PodiumStore
import PodiumTestSupport
import Synchronization
import Testing

/// Workers, schedulers and users on a real server while a seed decides what breaks, and a ledger that engines keep decides
/// what is right.
///
/// `Tests/faults` runs it for longer, with other seeds, and stops the server as well.
@Suite(.serialized)
struct StormTests {
    private static func setting(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment["PODIUM_FAULT_\(name)"].flatMap { Int($0) }
    }

    @Test func whateverBreaksEveryRunHasOneEndAndItIsTheRightOne() async throws {
        let storm = try await Storm(
            seed: UInt64(Self.setting("SEED") ?? 1),
            runs: Self.setting("RUNS") ?? 120,
            faults: Self.setting("FAULTS") ?? 25,
            stopsServer: Self.setting("SERVER") == 1
        )
        try await storm.blow()
        try await storm.judge()
        await storm.end()
    }
}

/// What engines did, written by them alone: the oracle's only source besides the user's own list of cancellations.
final class Ledger: Sendable {
    struct Entry {
        var run: RunID
        var token: Int64
        var did: Deed
    }

    enum Deed: Equatable {
        case started
        case succeeded(Double)
        case failedForGood
        case died
    }

    private let all = Mutex<[Entry]>([])
    var entries: [Entry] { all.withLock { $0 } }
    func write(_ run: RunID, _ token: Int64, _ did: Deed) {
        all.withLock { $0.append(Entry(run: run, token: token, did: did)) }
    }
}

/// Engines that take some milliseconds and end as a seed says.
private struct StormLauncher: Launcher {
    let seed: UInt64
    let ledger: Ledger

    private final class Control: EngineControl {
        let isKilled = Atomic(false)
        let isAsked = Atomic(false)
        func terminate() { isAsked.store(true, ordering: .releasing) }
        func kill() { isKilled.store(true, ordering: .releasing) }
    }

    func run(
        _ request: LaunchRequest,
        started: @Sendable (any EngineControl) async -> Void,
        event: @Sendable (EngineEvent) async -> Void
    ) async -> EngineExit {
        let (run, token) = (request.lease.run, request.lease.token)
        var random = SplitMix64(state: SplitMix64.mix(seed ^ UInt64(run.rawValue) << 20 ^ UInt64(token)))
        let control = Control()
        ledger.write(run, token, .started)
        await started(control)
        for step in 1...(1 + random.index(below: 6)) {
            try? await Task.sleep(for: .milliseconds(2 + random.index(below: 8)))
            if control.isKilled.load(ordering: .acquiring) { return died(run, token, .signaled(9)) }
            if control.isAsked.load(ordering: .acquiring) { return died(run, token, .exited(143)) }
            await event(.log(.info, "step \(step)"))
        }
        switch random.index(below: 100) {
        case 0..<10: return died(run, token, .signaled(11))
        case 10..<14:
            ledger.write(run, token, .failedForGood)
            await event(.failed(.input, "wrong"))
            return EngineExit(.exited(1))
        default:
            let score = Double(random.index(below: 1 << 30)) / Double(1 << 30)
            ledger.write(run, token, .succeeded(score))
            await event(.result(RunResult(score: score), artifacts: []))
            return EngineExit(.exited(0))
        }
    }

    private func died(_ run: RunID, _ token: Int64, _ status: EngineExit.Status) -> EngineExit {
        ledger.write(run, token, .died)
        return EngineExit(status)
    }
}

/// One storm: a server, workers and schedulers that come and go, users, and the judge.
private actor Storm {
    private struct Machine {
        var store: PostgresStore
        var worker: Worker
        var task: Task<Void, any Error>
    }

    private let scratch: String
    private var cluster: Cluster?
    private let address: DatabaseAddress
    private let options: ClusterOptions
    private let store: PostgresStore
    private let ledger = Ledger()
    private let seed: UInt64
    private var random: SplitMix64
    private let faults: Int
    private let stopsServer: Bool
    private let suite: SubmittedSuite
    private var cancelled: Set<RunID> = []
    private var machines: [Machine] = []
    private var schedulers: [Task<Void, any Error>] = []
    private var schedulerStores: [PostgresStore] = []
    private static let log = Logger(label: "storm") { _ in SwiftLogNoOpLogHandler() }

    init(seed: UInt64, runs: Int, faults: Int, stopsServer: Bool) async throws {
        let scratch = "/tmp/podium-storm-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
        var options = ClusterOptions(dataDirectory: scratch)
        options.isDurable = false
        let cluster = try await Cluster.start(options)
        _ = try await Migrator().migrate(cluster.address)
        let store = try await PostgresStore.open(cluster.address)
        var random = SplitMix64(state: seed)
        let planned = Self.runs(runs, &random)
        suite = try await store.submit(Submission(name: "storm", kind: .suite, source: "", runs: planned))
        self.scratch = scratch
        self.options = options
        self.cluster = cluster
        self.store = store
        self.seed = seed
        self.random = random
        self.faults = faults
        self.stopsServer = stopsServer
        address = cluster.address
    }

    /// A third of them wait for another, of which half do so whatever becomes of it.
    private static func runs(_ count: Int, _ random: inout SplitMix64) -> [PlannedRun] {
        (0..<count).map { number in
            var spec = RunSpec(
                name: "run-\(number)",
                system: "tiny",
                work: .finetune(FineTuning(model: .preset("tiny"), task: .mrpc))
            )
            spec.resources.threads = 1
            spec.retry = RetryPolicy(limit: 100, backoffSeconds: 0.01)
            guard number > 0, random.index(below: 3) == 0 else { return PlannedRun(spec: spec) }
            let parent = "run-\(random.index(below: number))"
            let condition: Dependency.Condition = random.index(below: 2) == 0 ? .afterAny : .afterSuccess
            return PlannedRun(spec: spec, dependencies: [Dependency(parent: parent, condition: condition)])
        }
    }

    // MARK: The storm

    func blow() async throws {
        for _ in 0..<3 { try await addMachine() }
        for _ in 0..<2 { try await addScheduler() }
        for _ in 0..<faults {
            try await Task.sleep(for: .milliseconds(20 + random.index(below: 80)))
            try await breakSomething()
        }
        // The weather clears: what is left is carried out.
        _ = try await store.release(Array(suite.runs.values))
        while true {
            if machines.count < 3 { try await addMachine() }
            let open = try await store.runs(suite: suite.suite, includingTerminal: false)
            if open.allSatisfy(\.isOver) { break }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func breakSomething() async throws {
        let run = RunID(rawValue: suite.runs.values.map(\.rawValue).sorted()[random.index(below: suite.runs.count)])
        switch random.index(below: stopsServer ? 10 : 9) {
        case 0, 1:
            // A machine is gone: its worker can reach nothing any more, and nobody hears of its engines.
            guard !machines.isEmpty else { return }
            let gone = machines.remove(at: random.index(below: machines.count))
            await gone.store.close()
            Task { await gone.worker.shutDown() }
            try await addMachine()
        case 2:
            // A worker sleeps for longer than its lease, and wakes when its runs are others'.
            let workers = try await store.workers(limit: 100).filter { $0.leaseUntil != nil }
            guard let sleeper = workers.first else { return }
            _ = try await store.heartbeat(sleeper.id, leaseSeconds: -60)
            _ = try await store.rescueLostRuns()
        case 3:
            // Connections drop.
            let connection = try await Connection.open(address)
            _ = try? await connection.query(
                "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and usename is not null"
            )
        case 4:
            guard !schedulers.isEmpty else { return }
            schedulers.removeFirst().cancel()
            try await addScheduler()
        case 5:
            cancelled.formUnion(try await store.cancel([run]))
        case 6:
            // What the user takes back is no longer cancelled.
            cancelled.subtract(try await store.retry([run]))
        case 7: _ = try await store.hold([run])
        case 8:
            _ = try await store.reorder([run], random.index(below: 2) == 0 ? .front : .priority(random.index(below: 5)))
        default:
            try await cluster?.stop(.immediate)
            // It holds the folder until it is gone.
            cluster = nil
            cluster = try await Cluster.start(options)
        }
    }

    private func addMachine() async throws {
        let own = try await PostgresStore.open(address, connections: 3)
        var workerOptions = WorkerOptions(dataDirectory: scratch + "/work")
        workerOptions.heartbeat = .milliseconds(200)
        workerOptions.lease = .seconds(2)
        workerOptions.poll = .milliseconds(50)
        workerOptions.recording = .milliseconds(20)
        let worker = Worker(
            store: own,
            registration: WorkerRegistration(host: "storm", processID: 1, pool: "cpu", threads: 4, version: "t"),
            launcher: StormLauncher(seed: seed, ledger: ledger),
            options: workerOptions,
            log: Self.log
        )
        machines.append(Machine(store: own, worker: worker, task: Task { try await worker.run() }))
    }

    private func addScheduler() async throws {
        let own = try await PostgresStore.open(address, connections: 2)
        schedulerStores.append(own)
        let scheduler = Scheduler(
            store: own,
            name: "scheduler-\(schedulerStores.count)",
            interval: .milliseconds(100),
            term: .milliseconds(600),
            settling: .milliseconds(500),
            log: Self.log
        )
        schedulers.append(Task { try await scheduler.run() })
    }

    // MARK: The judge

    func judge() async throws {
        let entries = ledger.entries
        var successes: [RunID: [Int64: Double]] = [:]
        var lastDeed: [RunID: [Int64: Ledger.Deed]] = [:]
        for entry in entries {
            lastDeed[entry.run, default: [:]][entry.token] = entry.did
            if case .succeeded(let score) = entry.did { successes[entry.run, default: [:]][entry.token] = score }
        }
        let connection = try await Connection.open(address)
        let records = try await store.runs(suite: suite.suite, includingTerminal: true)
        #expect(records.count == suite.runs.count)
        for record in records {
            let attempts = try await store.attempts(of: record.id)
            let result = try await store.result(of: record.id)
            let place = "run \(record.id), \(record.state), seed \(seed)"
            #expect(attempts.allSatisfy { $0.outcome != nil }, "an attempt is still open: \(place)")
            // One after the other: nobody got the run before the one before him had lost it.
            for (one, next) in zip(attempts, attempts.dropFirst()) {
                #expect(
                    one.token < next.token && one.endedAt ?? .infinity <= next.startedAt,
                    "attempts overlap: \(place)"
                )
            }
            switch record.state {
            case .succeeded:
                let winners = attempts.filter { $0.outcome == .succeeded }
                #expect(winners.count == 1 && winners.first?.token == attempts.last?.token, "two ends: \(place)")
                let score = winners.first.flatMap { successes[record.id]?[$0.token] }
                #expect(score != nil && score == result?.score, "a result that no engine gave: \(place)")
            case .failed:
                #expect(result == nil)
                let last = attempts.last.flatMap { lastDeed[record.id]?[$0.token] }
                #expect(last == .failedForGood && attempts.last?.outcome == .failed(.input), "falsely failed: \(place)")
            case .cancelled:
                #expect(result == nil)
                #expect(cancelled.contains(record.id), "nobody cancelled it: \(place)")
            case .blocked:
                let cause = try #require(records.first { $0.id == record.blockedBy }, "lost: \(place)")
                #expect(cause.state == .failed || cause.state == .cancelled, "\(place)")
            case .ready, .waiting, .running: Issue.record("lost: \(place)")
            }
        }
        let doubled = try await connection.query(
            "select run_id from attempts where outcome = 'succeeded' group by run_id having count(*) > 1"
        )
        #expect(doubled.isEmpty)
        let starts = entries.filter { $0.did == .started }
        #expect(Set(starts.map(\.token)).count == starts.count, "one token started two engines")
        #expect(records.contains { $0.attempt > 1 }, "nothing was ever tried again: the storm was none")
        let states = Dictionary(grouping: records, by: \.state).mapValues(\.count)
        print("storm of seed \(seed): \(records.count) runs, \(starts.count) engines, \(states)")
    }

    func end() async {
        for scheduler in schedulers { scheduler.cancel() }
        for machine in machines { await machine.worker.shutDown() }
        for machine in machines { _ = await machine.task.result }
        for machine in machines { await machine.store.close() }
        for own in schedulerStores { await own.close() }
        await store.close()
        try? await cluster?.stop(.immediate)
        try? FileManager.default.removeItem(atPath: scratch)
    }
}
