import PodiumCore

extension MemoryStore {
    struct Suite {
        var record: SuiteRecord
        var priority: Int
        var tags: [String] = []
        var note = ""
        var archivedAt: Double?
        var submitter: String?
        var project: String?
        /// Where its runs end in the account's own time.
        var finish = 0.0
        var seeds: SeedPlanRecord?
        var account: String { project ?? submitter ?? "" }
    }

    struct Worker {
        var registration: WorkerRegistration
        var leaseUntil: Double
        var isRetired = false
        var drainAt: Double?

        func mayClaim(_ now: Double) -> Bool { !isRetired && leaseUntil > now && drainAt.map { $0 > now } ?? true }
    }

    struct Parent {
        var run: RunID
        var condition: Dependency.Condition
    }

    struct Run {
        var id: RunID
        var suite: SuiteID
        var spec: RunSpec
        var parents: [Parent]
        var sortKey: Double
        var state: RunState
        var isToBeCancelled = false
        var isToMakeWay = false
        /// Since when it is in the queue.
        var readySince: Double?
        var isHeld = false
        var priority: Int
        var reason: String?
        /// The run whose failure keeps this one blocked.
        var blockedBy: RunID?
        var failures = 0
        var token: Int64?
        var worker: WorkerID?
        var notBefore: Double?
        var submittedAt: Double
        var startedAt: Double?
        var endedAt: Double?
        var attempts: [AttemptRecord] = []
        var artifacts: [ArtifactRecord] = []
        /// By input name: what the last claim took.
        var sources: [String: Int64] = [:]
        var metrics: [String: [Int: Double]] = [:]
        var progress: TrainingProgress?
        var result: RunResult?
        var predictions: [ExamplePrediction] = []

        func isHeld(by lease: Lease) -> Bool { state == .running && token == lease.token }
    }

    struct Leader {
        var holder: String
        var term: Int64
        var expiresAt: Double
    }

    struct State {
        var changes: [RunChange] = []
        var lastSuite: Int64 = 0
        var lastRun: Int64 = 0
        var lastArtifact: Int64 = 0
        var lastChange: Int64 = 0
        var suites: [Suite] = []
        /// In the order of their numbers.
        var runs: [Run] = []
        var workers: [WorkerID: Worker] = [:]
        var logs: [RunID: [LogRecord]] = [:]
        var leader: Leader?
        var reservations: [Reservation] = []
        var budgets: [String: OwnBudget] = [:]
        var lastToken: Int64 = 0
        var lastLogLine: Int64 = 0
        var fault: (any Error)?
        var isMissingMeasurements = false
        var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
        var nextListener = 0

        func index(_ id: RunID) -> Int? {
            runs.firstIndex { $0.id == id }
        }

        /// The run that an attempt still holds.
        func index(heldBy lease: Lease) -> Int? {
            index(lease.run).flatMap { runs[$0].isHeld(by: lease) ? $0 : nil }
        }

        func record(_ run: Run, now: Double) -> RunRecord {
            RunRecord(
                id: run.id,
                suite: run.suite,
                suiteName: suites.first { $0.record.id == run.suite }?.record.name ?? "",
                spec: run.spec,
                state: run.state,
                reason: reason(run, now: now),
                blockedBy: run.state == .blocked ? run.blockedBy : nil,
                attempt: run.attempts.count,
                submittedAt: run.submittedAt,
                startedAt: run.startedAt,
                endedAt: run.endedAt,
                progress: run.progress,
                worker: run.worker,
                isHeld: run.isHeld,
                priority: run.priority,
                submitter: suites.first { $0.record.id == run.suite }?.submitter,
                project: suites.first { $0.record.id == run.suite }?.project
            )
        }

        private func reason(_ run: Run, now: Double) -> String? {
            switch run.state {
            case .ready where run.isHeld: "held"
            case .blocked where run.isHeld, .waiting where run.isHeld:
                ownReason(run, now: now).map { "held; " + $0 }
            default: ownReason(run, now: now)
            }
        }

        private func ownReason(_ run: Run, now: Double) -> String? {
            if run.state == .blocked, let cause = run.blockedBy, let index = index(cause) {
                return "blocked by \(cause) (\(runs[index].state.rawValue))"
            }
            if run.state == .blocked {
                let pending = run.parents.compactMap { index($0.run) }.map { runs[$0] }.filter { !$0.state.isTerminal }
                    .sorted { $0.id < $1.id }
                guard let first = pending.first else { return run.reason }
                let text = pending.count == 1 ? "waits for run \(first.id)" : "waits for \(pending.count) runs"
                for parent in pending where parent.state == .ready {
                    if let reason = parent.isHeld
                        ? "held" : missingBudget(of: parent) ?? missingWorker(for: parent, now: now)
                    {
                        return text + "; run \(parent.id): \(reason)"
                    }
                }
                return text
            }
            if run.state == .running, run.isToBeCancelled { return "cancel requested" }
            if run.state == .running, run.isToMakeWay { return "to be preempted" }
            if run.state == .ready,
                let reason = missingBudget(of: run) ?? missingWorker(for: run, now: now) ?? reservation(for: run)
            {
                return reason
            }
            return run.reason
        }

        private func missingBudget(of run: Run) -> String? {
            isOverBudget(run) ? project(of: run).map(Budget.reason) : nil
        }

        private func reservation(for run: Run) -> String? {
            reservations.first { $0.run == run.id }.map { "worker \($0.worker) keeps its free threads for it" }
        }

        /// Where claims of a worker end: at a run that it keeps its threads for.
        func lastClaim(of worker: WorkerID) -> Double {
            reservations.first { $0.worker == worker }.flatMap { kept in
                runs.first { $0.id == kept.run && $0.state == .ready && !$0.isHeld }?.sortKey
            } ?? .infinity
        }

        /// Why no worker can take a run; nil when one can.
        private func missingWorker(for run: Run, now: Double) -> String? {
            let fitting = workers.values.filter {
                !$0.isRetired && $0.leaseUntil > now && $0.registration.pool == run.spec.resources.pool
            }
            let resources = run.spec.resources
            let isGang = resources.machines > 1
            if fitting.isEmpty {
                return isGang
                    ? "needs a worker of \(resources.machines) nodes with device \(resources.device.pool(label: resources.label)); "
                        + "none is registered"
                    : "no worker with device \(resources.pool)"
            }
            let wide = fitting.filter { $0.registration.threads >= resources.allThreads }
            if wide.isEmpty {
                return isGang
                    ? "no worker of \(resources.machines) nodes has \(resources.allThreads / resources.machines) threads on each"
                    : "no worker has \(resources.allThreads) threads"
            }
            return wide.contains { $0.mayClaim(now) } ? nil : "every worker that could take it is drained"
        }

        /// Works out anew, for the blocked runs of a suite, which may start and which are held up by a failure.
        mutating func resolveDependencies(of suite: SuiteID) {
            // The cause of each blocked run that is behind a failure; parents stand before their children.
            var causes: [RunID: RunID] = [:]
            for run in runs where run.suite == suite && run.state == .blocked {
                let found = run.parents.filter { $0.condition == .afterSuccess }.compactMap { parent -> RunID? in
                    guard let index = index(parent.run) else { return nil }
                    let state = runs[index].state
                    return state == .failed || state == .cancelled ? parent.run : causes[parent.run]
                }
                causes[run.id] = found.min()
            }
            for place in runs.indices where runs[place].suite == suite && runs[place].state == .blocked {
                let isFree = runs[place].parents.allSatisfy { parent in
                    guard let index = index(parent.run) else { return true }
                    let state = runs[index].state
                    if state == .succeeded { return true }
                    return parent.condition == .afterAny
                        && (state == .failed || state == .cancelled || causes[parent.run] != nil)
                }
                // A plan of seeds may still add runs that the report is of.
                let mayGrow = runs[place].spec.kind == .report && hasOpenPlan(suite)
                if isFree && !mayGrow {
                    runs[place].state = .ready
                    runs[place].blockedBy = nil
                } else {
                    runs[place].blockedBy = causes[runs[place].id]
                }
            }
        }
    }
}
