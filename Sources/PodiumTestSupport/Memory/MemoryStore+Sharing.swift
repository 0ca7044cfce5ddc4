package import PodiumCore

extension MemoryStore {
    package func preemptForWaiting() async throws -> [RunID] {
        try write { state, now in
            let running = state.runs.filter { $0.state == .running }
            let plan = PreemptionPlan(
                waiting: state.heads(ofEach: 1, now: now),
                running: running.compactMap { run in
                    guard let worker = run.worker, let attempt = run.attempts.last else { return nil }
                    return PreemptionPlan.Running(
                        run: run.id,
                        worker: worker,
                        threads: run.spec.resources.allThreads,
                        priority: run.priority,
                        sortKey: run.sortKey,
                        ranSeconds: now - attempt.startedAt,
                        isPreemptible: run.spec.resources.isPreemptible,
                        isEnding: run.isToBeCancelled || run.isToMakeWay
                    )
                },
                hosts: state.hosts(now: now)
            )
            for run in plan.victims { if let index = state.index(run) { state.runs[index].isToMakeWay = true } }
            return plan.victims
        }
    }

    package func reserveThreads(forRunsWaiting seconds: Double) async throws -> [Reservation] {
        try write { state, now in
            let plan = ReservationPlan(
                waiting: state.heads(ofEach: ReservationPlan.runsOfAWidth, now: now),
                busy: state.runs.filter { $0.state == .running }.compactMap { run in
                    run.worker.map { ($0, run.spec.resources.allThreads) }
                },
                hosts: state.hosts(now: now),
                patience: seconds
            )
            let new = plan.reservations.filter { !state.reservations.contains($0) }
            state.reservations = plan.reservations
            return new
        }
    }

    package func drain(
        _ workers: [WorkerID],
        afterSeconds seconds: Double?,
        preempting: Bool
    ) async throws -> [WorkerID] {
        try write { state, now in
            let known = workers.filter { state.workers[$0]?.isRetired == false }.sorted { $0.rawValue < $1.rawValue }
            for worker in known { state.workers[worker]?.drainAt = seconds.map { now + $0 } }
            if preempting {
                for index in state.runs.indices where state.runs[index].state == .running {
                    guard let worker = state.runs[index].worker, known.contains(worker) else { continue }
                    if !state.runs[index].isToBeCancelled { state.runs[index].isToMakeWay = true }
                }
            }
            return known
        }
    }
}

extension MemoryStore.State {
    /// The first so many in the queue of each pool and number of threads.
    fileprivate func heads(ofEach count: Int, now: Double) -> [PreemptionPlan.Waiting] {
        let ready = runs.filter { $0.state == .ready && !$0.isHeld && !isOverBudget($0) }
        let queues = Dictionary(grouping: ready) { "\($0.spec.resources.pool) \($0.spec.resources.allThreads)" }
        let heads = queues.values.flatMap { queue in
            queue.sorted { ($0.sortKey, $0.id) < ($1.sortKey, $1.id) }.prefix(count)
        }
        return heads.map { run in
            PreemptionPlan.Waiting(
                run: run.id,
                pool: run.spec.resources.pool,
                threads: run.spec.resources.allThreads,
                priority: run.priority,
                sortKey: run.sortKey,
                waitedSeconds: now - (run.readySince ?? now)
            )
        }
    }

    /// Workers that may claim.
    fileprivate func hosts(now: Double) -> [PreemptionPlan.Host] {
        workers.filter { $0.value.mayClaim(now) }.map { id, worker in
            PreemptionPlan.Host(
                worker: id,
                pool: worker.registration.pool,
                threads: worker.registration.threads
            )
        }
    }

    /// What decides where the runs of a suite go, or further ones of it.
    func fairShare(of suite: SuiteID, now: Double) -> FairShare {
        var share = FairShare(now: now)
        guard let own = suites.first(where: { $0.record.id == suite }) else { return share }
        let open = Set(runs.filter { !$0.state.isTerminal }.map(\.suite))
        let others = suites.filter { open.contains($0.record.id) }
        share.head = runs.filter { $0.state == .ready && !$0.isHeld }.min { ($0.sortKey, $0.id) < ($1.sortKey, $1.id) }
            .map { $0.sortKey + Double($0.priority) * MemoryStore.priorityBoost }
        share.ownFinish = others.filter { $0.account == own.account && $0.priority >= own.priority }.map(\.finish).max()
        let threads = max(1, workers.values.filter { $0.mayClaim(now) }.reduce(0) { $0 + $1.registration.threads })
        let ended = runs.filter { $0.state == .succeeded && $0.spec.kind != .report }.compactMap { run in
            run.attempts.last.flatMap { a in
                a.endedAt.map { ($0 - a.startedAt) * Double(run.spec.resources.allThreads) }
            }
        }
        if !ended.isEmpty { share.runSeconds = ended.reduce(0, +) / Double(ended.count) / Double(threads) }
        var used: [String: Double] = [:]
        for other in others { used[other.account] = 0 }
        for run in runs {
            guard let account = suites.first(where: { $0.record.id == run.suite })?.account else { continue }
            for attempt in run.attempts {
                let seconds = ((attempt.endedAt ?? now) - attempt.startedAt) * Double(run.spec.resources.allThreads)
                let left = FairShare.decay(now - (attempt.endedAt ?? now))
                used[account, default: 0] += seconds * left / Double(threads)
            }
        }
        share.used = used[own.account] ?? 0
        share.leastUsed = others.filter { $0.account != own.account }.compactMap { used[$0.account] }.min()
        return share
    }
}
