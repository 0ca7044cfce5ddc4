package import PodiumCore

extension MemoryStore {
    package func registerWorker(_ worker: WorkerRegistration, leaseSeconds: Double) async throws -> WorkerID {
        try write { state, now in
            let id = WorkerID(rawValue: Int64(state.workers.count + 1))
            state.workers[id] = Worker(registration: worker, leaseUntil: now + leaseSeconds)
            return id
        }
    }

    package func heartbeat(_ worker: WorkerID, leaseSeconds: Double) async throws -> [Order]? {
        try write { state, now in
            guard state.workers[worker]?.isRetired == false else { return nil }
            state.workers[worker]?.leaseUntil = now + leaseSeconds
            return state.runs.filter { $0.worker == worker && $0.state == .running && $0.isToBeCancelled }.compactMap {
                run in
                run.token.map { .cancel(Lease(run: run.id, attempt: run.attempts.count, token: $0)) }
            }
        }
    }

    package func retireWorker(_ worker: WorkerID) async throws {
        try write { state, _ in state.workers[worker]?.isRetired = true }
    }

    package func claim(for worker: WorkerID, pool: String, threads: Int, limit: Int) async throws -> [Claim] {
        try write { state, now in
            guard let holder = state.workers[worker], !holder.isRetired, holder.leaseUntil > now else { return [] }
            let fitting = state.runs.indices.filter { index in
                let run = state.runs[index]
                return run.state == .ready && run.spec.resources.device == pool && run.spec.resources.threads <= threads
            }
            let order = fitting.sorted {
                (state.runs[$0].sortKey, state.runs[$0].id) < (state.runs[$1].sortKey, state.runs[$1].id)
            }
            return order.prefix(limit).map { index in
                state.lastToken += 1
                let token = state.lastToken
                let run = state.runs[index]
                let checkpoint = run.checkpoints.enumerated()
                    .max { ($0.element.step, $0.offset) < ($1.element.step, $1.offset) }?.element
                state.runs[index].state = .running
                state.runs[index].token = token
                state.runs[index].worker = worker
                state.runs[index].startedAt = run.startedAt ?? now
                state.runs[index].reason = nil
                state.runs[index].attempts.append(
                    AttemptRecord(
                        attempt: run.attempts.count + 1,
                        token: token,
                        worker: worker,
                        host: holder.registration.host,
                        startedAt: now,
                        resumedFromStep: checkpoint?.step
                    )
                )
                var parents: [String: RunResult] = [:]
                for parent in run.parents {
                    guard let place = state.index(parent.run) else { continue }
                    parents[state.runs[place].spec.name] = state.runs[place].result
                }
                return Claim(
                    lease: Lease(run: run.id, attempt: run.attempts.count + 1, token: token),
                    suite: run.suite,
                    spec: run.spec,
                    checkpoint: checkpoint,
                    parents: parents
                )
            }
        }
    }

    package func record(_ lease: Lease, events: [EngineEvent]) async throws -> Bool {
        try write { state, now in
            guard let index = state.index(heldBy: lease) else { return false }
            for event in events {
                switch event {
                case .started(let steps, let examples, let resumed):
                    let origin = resumed.map { ", going on from step \($0)" } ?? ""
                    state.log(lease, .info, "training on \(examples) examples for \(steps) steps\(origin)", at: now)
                case .progress(let point):
                    state.runs[index].progress = point
                    var values = point.extra
                    values["loss"] = point.loss
                    values["learning_rate"] = point.learningRate
                    values["examples_per_second"] = point.examplesPerSecond
                    values["tokens_per_second"] = point.tokensPerSecond
                    for (name, value) in values { state.runs[index].metrics[name, default: [:]][point.step] = value }
                case .log(let level, let message): state.log(lease, level, message, at: now)
                case .checkpoint(let file): state.runs[index].checkpoints.append(file)
                case .result, .failed: break
                }
            }
            return true
        }
    }

    package func finish(_ lease: Lease, outcome: AttemptOutcome) async throws -> Bool {
        try write { state, now in
            guard let index = state.index(heldBy: lease) else { return false }
            let run = state.runs[index]
            switch outcome {
            case .succeeded(let result, let predictions):
                state.end(index, as: .succeeded, outcome: "succeeded", message: nil, at: now)
                state.runs[index].result = result
                state.runs[index].predictions = predictions
            case .cancelled, .failed(.cancelled, _):
                state.end(index, as: .cancelled, outcome: "cancelled", message: "cancelled while it ran", at: now)
            case .released:
                state.end(index, as: .ready, outcome: "released", message: nil, at: now)
            case .failed(let failure, let message):
                let decision = run.spec.retry.decision(after: failure, earlierFailures: run.failures)
                if failure != .workerLost { state.runs[index].failures += 1 }
                switch decision {
                case .giveUp: state.end(index, as: .failed, outcome: failure.rawValue, message: message, at: now)
                case .retry(let seconds) where seconds > 0:
                    state.end(index, as: .waiting, outcome: failure.rawValue, message: message, at: now)
                    if state.runs[index].state == .waiting { state.runs[index].notBefore = now + seconds }
                case .retry: state.end(index, as: .ready, outcome: failure.rawValue, message: message, at: now)
                }
            }
            state.resolveDependencies(of: run.suite)
            return true
        }
    }

    package func lead(as holder: String, seconds: Double) async throws -> Int64? {
        try write { state, now in
            guard let leader = state.leader else {
                state.leader = Leader(holder: holder, term: 1, expiresAt: now + seconds)
                return 1
            }
            let isOver = leader.expiresAt <= now
            guard leader.holder == holder || isOver else { return nil }
            // A term is one holder's unbroken time.
            let term = leader.term + (leader.holder == holder && !isOver ? 0 : 1)
            state.leader = Leader(holder: holder, term: term, expiresAt: now + seconds)
            return term
        }
    }

    package func rescueLostRuns() async throws -> [RunID] {
        try write { state, now in
            for (id, worker) in state.workers where !worker.isRetired {
                if worker.leaseUntil < now - Self.rescueGraceSeconds { state.workers[id]?.isRetired = true }
            }
            var rescued: [RunID] = []
            for index in state.runs.indices where state.runs[index].state == .running {
                guard let id = state.runs[index].worker, let worker = state.workers[id], worker.isRetired else {
                    continue
                }
                let message = "worker \(id) on \(worker.registration.host) was lost"
                state.end(index, as: .ready, outcome: "lost", message: message, at: now)
                rescued.append(state.runs[index].id)
            }
            for suite in state.suites(of: rescued) { state.resolveDependencies(of: suite) }
            return rescued
        }
    }

    package func promoteWaitingRuns() async throws -> Int {
        try write { state, now in
            let due = state.runs.indices.filter {
                state.runs[$0].state == .waiting && state.runs[$0].notBefore ?? .infinity <= now
            }
            for index in due {
                state.runs[index].state = .ready
                state.runs[index].notBefore = nil
            }
            return due.count
        }
    }
}

extension MemoryStore.State {
    /// Ends the attempt of a running run; one that is to be cancelled never goes back to the queue.
    mutating func end(_ index: Int, as next: RunState, outcome: String, message: String?, at now: Double) {
        let state = runs[index].isToBeCancelled && next != .succeeded ? .cancelled : next
        runs[index].state = state
        runs[index].token = nil
        runs[index].worker = nil
        runs[index].reason = message
        runs[index].endedAt = state.isTerminal ? now : nil
        let last = runs[index].attempts.count - 1
        runs[index].attempts[last].endedAt = now
        runs[index].attempts[last].outcome = outcome
        runs[index].attempts[last].message = message
    }

    mutating func log(_ lease: Lease, _ level: LogLevel, _ message: String, at now: Double) {
        lastLogLine += 1
        logs[lease.run, default: []].append(
            LogRecord(sequence: lastLogLine, attempt: lease.attempt, at: now, level: level, message: message)
        )
    }
}
