import Logging
import PodiumCore
import PodiumScheduler
import PodiumTestSupport
import Synchronization
import Testing

/// A keeper on a Slurm that the test scripts, through lost replies, refusals and a controller that is away.
@Suite
struct PilotKeeperTests {
    private let slurm = ScriptedSlurm()
    private let store = MemoryPilots()

    private func keeper(nodes: Int = 1) -> PilotKeeper {
        PilotKeeper(
            PilotKeeper.Pool(
                name: "default",
                queue: ComputeDevice.cpu.pool(label: nil, nodes: nodes),
                limit: 2,
                options: SlurmOptions(nodes: nodes, threads: 2),
                command: ["podium", "worker"],
                outputFolder: "/data/slurm"
            ),
            store: store,
            slurm: slurm,
            nonce: { [store] in "n\(store.state.withLock { $0.submissions.count })" },
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    @Test func theRowIsThereBeforeSlurmHearsOfIt() async throws {
        store.state.withLock { $0.waiting = 4 }
        slurm.onSubmit = { [store] batch in
            #expect(store.state.withLock { $0.submissions.last?.name } == batch.name)
            #expect(store.state.withLock { $0.submissions.last?.job } == nil)
        }
        try await keeper().look(mayAdd: true)
        #expect(slurm.batches.map(\.name) == ["podium-default-n0"])
        #expect(slurm.batches.first?.tasks == 2)
        #expect(slurm.batches.first?.command.suffix(2) == ["--pilot", "podium-default-n0"])
        #expect(store.submission(0)?.job == "1")
        // Nothing more is to be done.
        #expect(try await keeper().look(mayAdd: true).allSatisfy { if case .note = $0 { true } else { false } })
        #expect(slurm.batches.count == 1)
    }

    @Test func aPilotOfSeveralNodesHasTheThreadsOfAll() async throws {
        // Four threads wait: two pilots of one node with two each, or one of two.
        store.state.withLock { $0.waiting = 4 }
        try await keeper(nodes: 2).look(mayAdd: true)
        #expect(slurm.batches.map(\.tasks) == [1])
        #expect(store.submission(0)?.threads == 4)
        #expect(store.submission(0)?.queue == "cpu/nodes=2")
    }

    @Test func aLostReplyMakesNoSecondSubmission() async throws {
        store.state.withLock { $0.waiting = 2 }
        slurm.losesReply = true
        try await keeper().look(mayAdd: true)
        #expect(store.submission(0)?.job == nil)
        slurm.losesReply = false
        store.state.withLock { $0.now += 1000 }
        try await keeper().look(mayAdd: true)
        #expect(store.submission(0)?.job == "1")
        #expect(slurm.batches.count == 1)
    }

    @Test func aRefusedSubmissionIsHandedInAgainUnderItsName() async throws {
        store.state.withLock { $0.waiting = 2 }
        slurm.refuses = true
        try await keeper().look(mayAdd: true)
        #expect(store.submission(0)?.reason == "sbatch failed: no")
        slurm.refuses = false
        try await keeper().look(mayAdd: true)
        #expect(slurm.batches.count == 1)
        store.state.withLock { $0.now += 61 }
        try await keeper().look(mayAdd: true)
        #expect(slurm.batches.map(\.name) == ["podium-default-n0", "podium-default-n0"])
        #expect(store.submission(0)?.job == "1" && store.submission(0)?.tries == 2)
    }

    @Test func aControllerThatIsAwayChangesNothing() async throws {
        store.state.withLock { $0.waiting = 2 }
        try await keeper().look(mayAdd: true)
        slurm.isAway = true
        store.state.withLock { $0.now += 9999 }
        await #expect(throws: SchedulerError.self) { try await keeper().look(mayAdd: true) }
        #expect(store.submission(0)?.endedAt == nil)
        #expect(slurm.batches.count == 1)
    }

    @Test func whatSlurmCouldNotStartIsCancelledAndReplaced() async throws {
        store.state.withLock { $0.waiting = 2 }
        try await keeper().look(mayAdd: true)
        slurm.list.withLock { $0[0].reason = "launch failed requeued held" }
        try await keeper().look(mayAdd: false)
        #expect(slurm.cancelled == [], "whoever only looks cancels nothing")
        try await keeper().look(mayAdd: true)
        #expect(slurm.cancelled == ["1_1"])
        #expect(slurm.batches.count == 2 && store.submission(1)?.job == "2")
        #expect(store.submission(0)?.endedAt == nil, "Slurm has it still")
        slurm.list.withLock { $0[0].state = "CANCELLED" }
        try await keeper().look(mayAdd: true)
        #expect(store.submission(0)?.endedAt != nil && slurm.batches.count == 2)
    }

    @Test func closingAPoolCancelsItsPilotsAndEndsItsKeeper() async throws {
        store.state.withLock { $0.waiting = 2 }
        try await keeper().look(mayAdd: true)
        slurm.list.withLock { $0.append(SlurmJob(id: "99", name: "somebody's", state: "RUNNING")) }
        #expect(try await PilotKeeper.close("default", store: store, slurm: slurm) == 1)
        #expect(slurm.cancelled == ["1_1"])
        #expect(try await keeper().run(as: "me") == .closed)
    }
}

private final class ScriptedSlurm: SlurmCommands {
    private struct State {
        var batches: [SlurmBatch] = []
        var cancelled: [String] = []
        var losesReply = false
        var refuses = false
        var isAway = false
        var onSubmit: @Sendable (SlurmBatch) -> Void = { _ in }
    }
    private let state = Mutex(State())
    let list = Mutex<[SlurmJob]>([])

    var batches: [SlurmBatch] { state.withLock(\.batches) }
    var cancelled: [String] { state.withLock(\.cancelled) }
    var losesReply: Bool {
        get { state.withLock(\.losesReply) }
        set { state.withLock { $0.losesReply = newValue } }
    }
    var refuses: Bool {
        get { state.withLock(\.refuses) }
        set { state.withLock { $0.refuses = newValue } }
    }
    var isAway: Bool {
        get { state.withLock(\.isAway) }
        set { state.withLock { $0.isAway = newValue } }
    }
    var onSubmit: @Sendable (SlurmBatch) -> Void {
        get { state.withLock(\.onSubmit) }
        set { state.withLock { $0.onSubmit = newValue } }
    }

    private func checkPresence() throws {
        if isAway { throw SchedulerError(.batchSystem, "squeue failed: Unable to contact slurm controller") }
    }

    func jobs() async throws -> [SlurmJob] {
        try checkPresence()
        return list.withLock(\.self)
    }

    func partition(named name: String?) async throws -> SlurmPartition? {
        try checkPresence()
        return SlurmPartition(name: "low", isDefault: true, requeues: true)
    }

    func submit(_ batch: SlurmBatch) async throws -> String {
        try checkPresence()
        onSubmit(batch)
        state.withLock { $0.batches.append(batch) }
        if refuses { throw SchedulerError(.batchSystem, "sbatch failed: no") }
        let number = list.withLock { list in
            let number = (list.compactMap { Int($0.id.prefix { $0 != "_" }) }.max() ?? 0) + 1
            for task in 1...batch.tasks {
                list.append(SlurmJob(id: "\(number)_\(task)", name: batch.name, task: task, state: "PENDING"))
            }
            return number
        }
        if losesReply { throw SchedulerError(.batchSystem, "sbatch failed: timed out") }
        return "\(number)"
    }

    func cancel(_ jobs: [String]) async throws {
        try checkPresence()
        state.withLock { $0.cancelled += jobs }
    }
}

/// Submissions in memory, without workers.
private final class MemoryPilots: PilotStore {
    struct State {
        var now = 1000.0
        var waiting = 0
        var isClosed = false
        var submissions: [PilotSubmission] = []
    }
    let state = Mutex(State())

    func submission(_ index: Int) -> PilotSubmission? {
        state.withLock { $0.submissions.indices.contains(index) ? $0.submissions[index] : nil }
    }

    func holdPool(_ pool: String, as holder: String, seconds: Double) async throws -> PoolHold {
        state.withLock { $0.isClosed ? .closed : .held }
    }
    func openPool(_ pool: String) async throws { state.withLock { $0.isClosed = false } }
    func closePool(_ pool: String) async throws { state.withLock { $0.isClosed = true } }

    func pilotSnapshot(pool: String?, queue: String, threads: Int) async throws -> PilotSnapshot {
        state.withLock { state in
            PilotSnapshot(
                now: state.now,
                submissions: state.submissions.filter { $0.endedAt == nil },
                waitingThreads: state.waiting,
                waitingRuns: state.waiting
            )
        }
    }

    func addPilots(pool: String, name: String, queue: String, threads: Int, tasks: Int) async throws -> Int64 {
        state.withLock { state in
            state.submissions.append(
                PilotSubmission(
                    id: Int64(state.submissions.count),
                    pool: pool,
                    name: name,
                    queue: queue,
                    threads: threads,
                    tasks: tasks,
                    intendedAt: state.now
                )
            )
            return Int64(state.submissions.count - 1)
        }
    }

    func note(_ note: PilotNote, of submission: Int64) async throws {
        state.withLock { state in
            let now = state.now
            func change(_ body: (inout PilotSubmission) -> Void) { body(&state.submissions[Int(submission)]) }
            switch note {
            case .trying:
                change {
                    $0.triedAt = now
                    $0.tries += 1
                }
            case .accepted(let job): change { $0.job = job }
            case .refused(let why): change { $0.reason = why }
            case .seen(let tasks):
                change {
                    $0.seenAt = now
                    $0.states = tasks
                }
            case .ended(let reason):
                change {
                    $0.endedAt = now
                    $0.reason = reason
                }
            }
        }
    }
}
