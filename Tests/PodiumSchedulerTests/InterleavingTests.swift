import PodiumCore
import PodiumTestSupport
import Synchronization
import Testing

/// Two workers, a scheduler and a user on one store, in every order up to a depth.
///
/// Ways that lead to the same situation go on alike, so each situation is gone on from once. A situation is all that decides
/// what can happen next: the runs' states and what is asked of them, who holds which lease and whether it is in force, and whether
/// each worker lives. What may happen is decided here, by a model of a dozen lines, and not by the store.
struct InterleavingTests {
    private static let depth = 9

    @Test func noOrderOfEventsGivesARunTwoOwnersOrTwoEnds() async throws {
        var seen: Set<String> = []
        var frontier: [[Step]] = [[]]
        var ways = 0
        for _ in 1...Self.depth {
            var next: [[Step]] = []
            for way in frontier {
                for step in Step.all {
                    let world = try await World()
                    for earlier in way { try await world.take(earlier, isChecked: false) }
                    guard world.allows(step) else { continue }
                    try await world.take(step, isChecked: true)
                    ways += 1
                    if seen.insert(try await world.situation()).inserted { next.append(way + [step]) }
                }
            }
            frontier = next
        }
        #expect(seen.count > 100)
        #expect(ways > seen.count)
    }
}

private enum Step: Hashable, CustomStringConvertible {
    case claim(Int), succeed(Int), crash(Int), giveBack(Int), dies(Int)
    case beat(Int)
    case rescue, promote, cancel, retry, hold, release

    static let all: [Step] =
        (0..<2).flatMap { [.claim($0), .succeed($0), .crash($0), .giveBack($0), .dies($0), .beat($0)] }
        + [.rescue, .promote, .cancel, .retry, .hold, .release]

    var description: String {
        switch self {
        case .claim(let worker): "claim by \(worker)"
        case .succeed(let worker): "success by \(worker)"
        case .crash(let worker): "crash at \(worker)"
        case .giveBack(let worker): "release by \(worker)"
        case .dies(let worker): "\(worker) is silent"
        case .beat(let worker): "heartbeat of \(worker)"
        case .rescue: "rescue"
        case .promote: "promotion"
        case .cancel: "cancel"
        case .retry: "retry"
        case .hold: "hold"
        case .release: "release of the hold"
        }
    }
}

/// The store under test, and the model that says what is right.
private final class World {
    private let time = Time()
    private let store: MemoryStore
    private let run: RunID
    private var workers: [WorkerID] = []
    /// What each worker believes to hold.
    private var leases: [Lease?] = [nil, nil]
    private var way: [Step] = []

    // The model.
    private var owner: Int?
    private var isSilent = [false, false]
    private var isLost = [false, false]
    private var isOver = false
    private var isCancelled = false
    private var isCancelAsked = false
    private var isHeld = false
    private var isWaiting = false
    private var crashes = 0
    private var successes = 0

    init() async throws {
        store = MemoryStore { [time] in time.seconds }
        var spec = RunSpec(name: "a", system: "s", work: .finetune(FineTuning(model: .preset("tiny"), task: .mrpc)))
        spec.retry = RetryPolicy(limit: 1, backoffSeconds: 0.5)
        let suite = try await store.submit(
            Submission(name: "s", kind: .finetune, source: "", runs: [PlannedRun(spec: spec)])
        )
        run = try #require(suite.runs["a"])
        for number in 0..<2 {
            workers.append(
                try await store.registerWorker(
                    WorkerRegistration(host: "h", processID: Int32(number), pool: "cpu", threads: 2, version: "t"),
                    leaseSeconds: 1e6
                )
            )
        }
    }

    /// Whether a step makes sense: a worker reports on what it believes to hold.
    func allows(_ step: Step) -> Bool {
        switch step {
        case .succeed(let worker), .crash(let worker), .giveBack(let worker): leases[worker] != nil
        case .dies(let worker): !isSilent[worker] && !isLost[worker]
        case .claim(let worker): leases[worker] == nil
        default: true
        }
    }

    func situation() async throws -> String {
        let found = try await store.run(run)
        let record = try #require(found)
        let attempts = try await store.attempts(of: run)
        let held = leases.map { lease in lease.map { $0.token == attempts.last?.token ? "newest" : "older" } ?? "-" }
        return
            "\(record.state) \(record.isHeld) \(record.reason ?? "") \(min(crashes, 2)) \(isCancelAsked) \(held) \(isSilent) \(isLost) \(owner ?? -1)"
    }

    func take(_ step: Step, isChecked: Bool) async throws {
        way.append(step)
        switch step {
        case .claim(let worker):
            let claims = try await store.claim(for: workers[worker], pool: "cpu", threads: 2, limit: 1)
            let mayClaim = owner == nil && !isOver && !isHeld && !isWaiting && !isSilent[worker] && !isLost[worker]
            expect(claims.count == (mayClaim ? 1 : 0), isChecked)
            if let claim = claims.first {
                leases[worker] = claim.lease
                owner = worker
            }
        case .succeed(let worker):
            let isAccepted = try await finish(worker, .succeeded(RunResult(score: 1)), isChecked)
            if isAccepted {
                isOver = true
                successes += 1
            }
        case .crash(let worker):
            if try await finish(worker, .failed(.crash, message: "died"), isChecked) {
                crashes += 1
                comeBack(isOver: crashes > 1)
                isWaiting = !isOver
            }
        case .giveBack(let worker):
            if try await finish(worker, .released, isChecked) { comeBack(isOver: false) }
        case .dies(let worker):
            isSilent[worker] = true
            _ = try await store.heartbeat(workers[worker], leaseSeconds: -60)
        case .beat(let worker):
            let orders = try await store.heartbeat(workers[worker], leaseSeconds: 1e6)
            expect((orders == nil) == isLost[worker], isChecked)
            if orders != nil { isSilent[worker] = false }
            let isAsked = owner == worker && isCancelAsked
            expect((orders ?? []).count == (isAsked && !isLost[worker] ? 1 : 0), isChecked)
        case .rescue:
            let rescued = try await store.rescueLostRuns()
            for worker in 0..<2 where isSilent[worker] { isLost[worker] = true }
            let isRescued = owner.map { isLost[$0] } ?? false
            expect(rescued == (isRescued ? [run] : []), isChecked)
            if isRescued {
                owner = nil
                comeBack(isOver: false)
            }
        case .promote:
            time.add(1)
            let promoted = try await store.promoteWaitingRuns()
            expect(promoted == (isWaiting ? 1 : 0), isChecked)
            isWaiting = false
        case .cancel:
            let asked = try await store.cancel([run])
            expect(asked == (isOver ? [] : [run]), isChecked)
            guard !isOver else { break }
            isCancelAsked = true
            if owner == nil { comeBack(isOver: true) }
        case .retry:
            let retried = try await store.retry([run])
            let isAllowed = isOver && successes == 0
            expect(retried == (isAllowed ? [run] : []), isChecked)
            if isAllowed {
                (isOver, isCancelled, isCancelAsked, isHeld, crashes) = (false, false, false, false, 0)
            }
        case .hold:
            let held = try await store.hold([run])
            expect(held == (isOver || isHeld ? [] : [run]), isChecked)
            if !isOver { isHeld = true }
        case .release:
            let released = try await store.release([run])
            expect(released == (!isOver && isHeld ? [run] : []), isChecked)
            if !isOver { isHeld = false }
        }
        if isChecked { try await check() }
    }

    private func finish(_ worker: Int, _ outcome: AttemptOutcome, _ isChecked: Bool) async throws -> Bool {
        guard let lease = leases[worker] else { return false }
        leases[worker] = nil
        let isAccepted = try await store.finish(lease, outcome: outcome)
        expect(isAccepted == (owner == worker), isChecked)
        if isAccepted { owner = nil }
        return isAccepted
    }

    /// The run has no owner any more, and goes back to the queue unless it is over or to be.
    private func comeBack(isOver end: Bool) {
        isOver = end || isCancelAsked
        isCancelled = isCancelAsked
        if isOver { isWaiting = false }
    }

    private func check() async throws {
        let found = try await store.run(run)
        let record = try #require(found)
        let attempts = try await store.attempts(of: run)
        let result = try await store.result(of: run)
        expect(attempts.filter { $0.outcome == nil }.count == (owner == nil ? 0 : 1), true)
        expect(attempts.map(\.token) == attempts.map(\.token).sorted(), true)
        expect(attempts.filter { $0.outcome == .succeeded }.count == successes && successes <= 1, true)
        expect((result != nil) == (successes == 1), true)
        expect((record.state == .running) == (owner != nil), true)
        expect(record.state.isTerminal == isOver, true)
        expect((record.state == .cancelled) == (isOver && successes == 0 && isCancelled), true)
        expect((record.state == .waiting) == isWaiting, true)
    }

    private func expect(_ holds: Bool, _ isChecked: Bool, line: Int = #line) {
        if isChecked { #expect(holds, "line \(line) after \(way)") }
    }
}

/// Goes on when it is told to.
private final class Time: Sendable {
    private let value = Mutex(1.8e9)
    var seconds: Double { value.withLock { $0 } }
    func add(_ seconds: Double) { value.withLock { $0 += seconds } }
}
