import PodiumCore
import Testing

/// The run state machine, every event in every state, against a table that stands here and nowhere else.
extension JobStoreConformance {
    static let stateChecks = [
        JobStoreConformance(name: "everyEventInEveryStateLeadsWhereTheTableSays") { store in
            for situation in Situation.allCases {
                for event in StateEvent.allCases {
                    let scene = try await Scene(situation, in: store)
                    let before = try await store.attempts(of: scene.run).count
                    let accepted = try await scene.happen(event, in: store)
                    let state = try await store.state(scene.run)
                    let expected = event.next(in: situation)
                    #expect(state == expected.state, "\(event) in \(situation)")
                    #expect(accepted == expected.isAccepted, "\(event) in \(situation)")
                    // Whoever holds the lease has the one attempt that is open; else none is.
                    let attempts = try await store.attempts(of: scene.run)
                    let open = attempts.filter { $0.outcome == nil }.count
                    #expect(open == (state == .running ? 1 : 0), "\(event) in \(situation)")
                    #expect(attempts.count == before + (event == .claim && situation == .ready ? 1 : 0))
                    #expect((try await store.result(of: scene.run) != nil) == (state == .succeeded))
                    try await scene.clear(in: store)
                }
            }
        }
    ]
}

/// Where a run can be, with what is asked of it.
private enum Situation: CaseIterable {
    case blocked, stuck, ready, held, waiting, running, runningHeld, cancelling, yielding, succeeded, failed, cancelled

    var state: RunState {
        switch self {
        case .blocked, .stuck: .blocked
        case .ready, .held: .ready
        case .waiting: .waiting
        case .running, .runningHeld, .cancelling, .yielding: .running
        case .succeeded: .succeeded
        case .failed: .failed
        case .cancelled: .cancelled
        }
    }
}

/// Everything that users, workers and schedulers can do to a run.
private enum StateEvent: CaseIterable {
    case cancel, retry, hold, release, raise, front, back
    case claim, record, succeed, takeOver, fail, crash, giveBack, makeWay, obeyCancel
    case staleRecord, staleSucceed, staleRelease
    case promote, rescue, loseWorker

    /// The state after it, and whether it was done: for calls of users whether the run is in their answer.
    func next(in situation: Situation) -> (state: RunState, isAccepted: Bool) {
        let state = situation.state
        let isOpen = !state.isTerminal
        let isRunning = state == .running
        let isCancelling = situation == .cancelling
        switch self {
        case .cancel: return (isOpen && !isRunning ? .cancelled : state, isOpen)
        case .retry: return state == .failed || state == .cancelled ? (.ready, true) : (state, false)
        case .hold: return (state, isOpen && situation != .held && situation != .runningHeld)
        case .release: return (state, situation == .held || situation == .runningHeld)
        case .raise: return (state, isOpen)
        // Where nothing else waits, it is there already.
        case .front, .back: return (state, isOpen && situation != .stuck)
        case .claim: return situation == .ready ? (.running, true) : (state, false)
        case .record: return (state, isRunning)
        case .succeed, .takeOver: return (isRunning ? .succeeded : state, isRunning)
        case .fail: return (isRunning ? (isCancelling ? .cancelled : .failed) : state, isRunning)
        case .crash: return (isRunning ? (isCancelling ? .cancelled : .waiting) : state, isRunning)
        case .giveBack, .makeWay: return (isRunning ? (isCancelling ? .cancelled : .ready) : state, isRunning)
        case .obeyCancel: return (isRunning ? .cancelled : state, isRunning)
        case .staleRecord, .staleSucceed, .staleRelease: return (state, false)
        case .promote, .rescue: return (state, false)
        case .loseWorker: return isRunning ? (isCancelling ? .cancelled : .ready, true) : (state, false)
        }
    }
}

/// A run that was brought into a situation, and a worker that may hold it.
private struct Scene {
    let run: RunID
    let worker: WorkerID
    private let all: [RunID]
    /// Of the last attempt; never in force where the run has none.
    private var lease: Lease

    init(_ situation: Situation, in store: any JobStore) async throws {
        worker = try await store.worker()
        let suite = try await store.submit(
            runs: [
                ("parent", []),
                (
                    "run",
                    situation == .blocked || situation == .stuck
                        ? [Dependency(parent: "parent", condition: .afterSuccess)] : []
                ),
            ]
        ) {
            $0.retry = RetryPolicy(limit: 1, backoffSeconds: 200)
        }
        all = Array(suite.runs.values)
        run = try #require(suite.runs["run"])
        let parent = try #require(suite.runs["parent"])
        lease = Lease(run: run, attempt: 1, token: 0)
        if situation == .stuck {
            let claim = try await store.claimOne(worker)
            #expect(claim.lease.run == parent)
            #expect(try await store.finish(claim.lease, outcome: .failed(.input, message: "wrong")))
        } else {
            _ = try await store.hold([parent])
        }
        switch situation {
        case .blocked, .stuck, .ready: return
        case .held:
            _ = try await store.hold([run])
            return
        case .waiting, .running, .runningHeld, .cancelling, .yielding, .succeeded, .failed, .cancelled: break
        }
        lease = try await store.claimOne(worker).lease
        #expect(lease.run == run)
        switch situation {
        case .waiting: #expect(try await store.finish(lease, outcome: .failed(.crash, message: "died")))
        case .runningHeld: _ = try await store.hold([run])
        case .cancelling: _ = try await store.cancel([run])
        case .yielding:
            _ = try await store.drain([worker], afterSeconds: nil, preempting: true)
            #expect(try await store.heartbeat(worker, leaseSeconds: 60) == [.preempt(lease)])
        case .succeeded: #expect(try await store.finish(lease, outcome: done))
        case .failed: #expect(try await store.finish(lease, outcome: .failed(.input, message: "wrong")))
        case .cancelled: #expect(try await store.finish(lease, outcome: .cancelled))
        case .blocked, .stuck, .ready, .held, .running: break
        }
    }

    func happen(_ event: StateEvent, in store: any JobStore) async throws -> Bool {
        let stale = Lease(run: run, attempt: lease.attempt, token: lease.token + 1_000_000)
        let line = [EngineEvent.log(.info, "x")]
        switch event {
        case .cancel: return try await store.cancel([run]) == [run]
        case .retry: return try await store.retry([run]) == [run]
        case .hold: return try await store.hold([run]) == [run]
        case .release: return try await store.release([run]) == [run]
        case .raise: return try await store.reorder([run], .priority(2)) == [run]
        case .front: return try await store.reorder([run], .front) == [run]
        case .back: return try await store.reorder([run], .back) == [run]
        case .claim:
            return try await store.claim(for: worker, pool: "cpu", threads: 4, limit: 1).map(\.lease.run) == [run]
        case .record: return try await store.record(lease, events: line)
        case .succeed: return try await store.finish(lease, outcome: done)
        case .takeOver: return try await store.reuse(origin(in: store), for: lease) == .taken
        case .fail: return try await store.finish(lease, outcome: .failed(.input, message: "wrong"))
        case .crash: return try await store.finish(lease, outcome: .failed(.crash, message: "died"))
        case .giveBack: return try await store.finish(lease, outcome: .released)
        case .makeWay: return try await store.finish(lease, outcome: .preempted)
        case .obeyCancel: return try await store.finish(lease, outcome: .cancelled)
        case .staleRecord: return try await store.record(stale, events: line)
        case .staleSucceed: return try await store.finish(stale, outcome: done)
        case .staleRelease: return try await store.finish(stale, outcome: .released)
        case .promote: return try await store.promoteWaitingRuns() > 0
        case .rescue: return try await store.rescueLostRuns() == [run]
        case .loseWorker: return try await store.lose(worker) == [run]
        }
    }

    /// A run whose result may be taken over.
    private func origin(in store: any JobStore) async throws -> RunID {
        if let known = try await store.reusable(["state"])["state"] { return known }
        let suite = try await store.submit(["origin"]) { $0.resources.label = "apart" }
        let other = try await store.worker(pool: "cpu/apart")
        let claim = try #require(try await store.claim(for: other, pool: "cpu/apart", threads: 4, limit: 1).first)
        var result = RunResult(score: 0.5)
        result.workKey = "state"
        #expect(try await store.finish(claim.lease, outcome: .succeeded(result)))
        return try #require(suite.runs["origin"])
    }

    /// Ends everything, so that the next scene's claims find its own runs.
    func clear(in store: any JobStore) async throws {
        _ = try await store.cancel(all)
        _ = try await store.lose(worker)
    }
}
