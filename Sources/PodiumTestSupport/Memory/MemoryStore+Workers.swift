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
            return state.runs.filter {
                $0.worker == worker && $0.state == .running && ($0.isToBeCancelled || $0.isToMakeWay)
            }.compactMap { run in
                run.token.map {
                    let lease = Lease(run: run.id, attempt: run.attempts.count, token: $0)
                    return run.isToBeCancelled ? .cancel(lease) : .preempt(lease)
                }
            }
        }
    }

    package func retireWorker(_ worker: WorkerID) async throws {
        try write { state, _ in state.workers[worker]?.isRetired = true }
    }

    package func claim(for worker: WorkerID, pool: String, threads: Int, limit: Int) async throws -> [Claim] {
        try write { state, now in
            guard let holder = state.workers[worker], holder.mayClaim(now) else { return [] }
            let last = state.lastClaim(of: worker)
            let fitting = state.runs.indices.filter { index in
                let run = state.runs[index]
                return run.state == .ready && !run.isHeld && !state.isOverBudget(run) && run.spec.resources.pool == pool
                    && run.spec.resources.allThreads <= threads && run.sortKey <= last
            }
            let order = fitting.sorted {
                (state.runs[$0].sortKey, state.runs[$0].id) < (state.runs[$1].sortKey, state.runs[$1].id)
            }
            var free = threads
            let fittingTogether = order.prefix(limit).prefix { index in
                free -= state.runs[index].spec.resources.allThreads
                return free >= 0
            }
            return fittingTogether.map { index in
                state.lastToken += 1
                let token = state.lastToken
                let run = state.runs[index]
                let checkpoints = run.artifacts.filter { $0.artifact.kind == .checkpoint && $0.removedAt == nil }
                    .sorted { ($0.artifact.step ?? 0, $0.id) > ($1.artifact.step ?? 0, $1.id) }
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
                        startedAt: now
                    )
                )
                let inputs = run.spec.inputs.map { input in
                    let parent = state.runs.first { $0.suite == run.suite && $0.spec.name == input.parent }
                    let candidates = parent?.artifacts.filter {
                        $0.artifact.kind == input.kind && $0.removedAt == nil
                    }
                    return ResolvedInput(input: input, source: input.selector.choose(from: candidates ?? []))
                }
                for input in inputs { state.runs[index].sources[input.input.name] = input.source?.id }
                var snapshots: [ArtifactSelector] = []
                for input in state.runs.filter({ $0.suite == run.suite }).flatMap(\.spec.inputs)
                where input.parent == run.spec.name && input.kind == .model && !snapshots.contains(input.selector) {
                    switch input.selector {
                    case .step, .share: snapshots.append(input.selector)
                    case .last, .best: break
                    }
                }
                return Claim(
                    lease: Lease(run: run.id, attempt: run.attempts.count + 1, token: token),
                    suite: run.suite,
                    spec: run.spec,
                    checkpoints: Array(checkpoints.prefix(3)),
                    inputs: inputs,
                    snapshots: snapshots
                )
            }
        }
    }

    package func record(_ lease: Lease, events: [EngineEvent]) async throws -> Bool {
        try write { state, now in
            if state.isMissingMeasurements { throw Damaged() }
            guard let index = state.index(heldBy: lease) else { return false }
            for event in events {
                switch event {
                case .started(let steps, let examples, let resumed):
                    let line = EngineEvent.startLine(
                        totalSteps: steps,
                        trainExamples: examples,
                        resumedFromStep: resumed
                    )
                    state.log(lease, .info, line, at: now)
                    if let resumed { state.runs[index].attempts[lease.attempt - 1].resumedFromStep = resumed }
                case .progress(let point):
                    state.runs[index].progress = point
                    var values = point.extra
                    values["loss"] = point.loss
                    values["learning_rate"] = point.learningRate
                    values["examples_per_second"] = point.examplesPerSecond
                    values["tokens_per_second"] = point.tokensPerSecond
                    for (name, value) in values { state.runs[index].metrics[name, default: [:]][point.step] = value }
                case .log(let level, let message): state.log(lease, level, message, at: now)
                case .environment(let environment):
                    state.runs[index].attempts[lease.attempt - 1].environment = environment
                case .artifact(let artifact): state.add(artifact, of: lease, to: index, at: now)
                case .removed(let path):
                    for place in state.runs[index].artifacts.indices
                    where state.runs[index].artifacts[place].artifact.path == path {
                        state.runs[index].artifacts[place].removedAt = now
                    }
                case .moved, .result, .failed: break
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
            case .succeeded(let result, let artifacts, let predictions):
                for place in state.runs[index].artifacts.indices
                where state.runs[index].artifacts[place].removedAt == nil {
                    let made = state.runs[index].artifacts[place]
                    if made.artifact.kind == .checkpoint || (made.token != lease.token && made.artifact.kind != .model)
                    {
                        state.runs[index].artifacts[place].removedAt = now
                    }
                }
                for artifact in artifacts { state.add(artifact, of: lease, to: index, at: now) }
                state.end(index, as: .succeeded, outcome: .succeeded, message: nil, at: now)
                state.runs[index].result = result
                state.runs[index].predictions = predictions
            case .cancelled, .failed(.cancelled, _):
                state.end(index, as: .cancelled, outcome: .cancelled, message: "cancelled while it ran", at: now)
            case .released:
                state.end(index, as: .ready, outcome: .released, message: nil, at: now)
            case .preempted:
                state.end(index, as: .ready, outcome: .preempted, message: nil, at: now)
            case .failed(let failure, let message):
                let decision = run.spec.retry.decision(after: failure, earlierFailures: run.failures)
                if failure != .workerLost { state.runs[index].failures += 1 }
                switch decision {
                case .giveUp: state.end(index, as: .failed, outcome: .failed(failure), message: message, at: now)
                case .retry(let seconds) where seconds > 0:
                    state.end(index, as: .waiting, outcome: .failed(failure), message: message, at: now)
                    if state.runs[index].state == .waiting { state.runs[index].notBefore = now + seconds }
                case .retry: state.end(index, as: .ready, outcome: .failed(failure), message: message, at: now)
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
                state.end(index, as: .ready, outcome: .lost, message: message, at: now)
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
    mutating func end(_ index: Int, as next: RunState, outcome: AttemptEnd, message: String?, at now: Double) {
        let state = runs[index].isToBeCancelled && next != .succeeded ? .cancelled : next
        runs[index].state = state
        runs[index].token = nil
        runs[index].worker = nil
        runs[index].isToMakeWay = false
        runs[index].reason = message
        runs[index].endedAt = state.isTerminal ? now : nil
        let last = runs[index].attempts.count - 1
        runs[index].attempts[last].endedAt = now
        runs[index].attempts[last].outcome = outcome
        runs[index].attempts[last].message = message
    }

    /// Stores what an attempt made, once for each path.
    mutating func add(_ artifact: Artifact, of lease: Lease, to index: Int, at now: Double) {
        if let place = runs[index].artifacts.firstIndex(where: {
            $0.token == lease.token && $0.artifact.path == artifact.path
        }) {
            runs[index].artifacts[place].artifact = artifact
            return
        }
        lastArtifact += 1
        runs[index].artifacts.append(
            ArtifactRecord(
                id: lastArtifact,
                run: lease.run,
                attempt: lease.attempt,
                token: lease.token,
                artifact: artifact,
                createdAt: now
            )
        )
    }

    mutating func log(_ lease: Lease, _ level: LogLevel, _ message: String, at now: Double) {
        lastLogLine += 1
        logs[lease.run, default: []].append(
            LogRecord(sequence: lastLogLine, attempt: lease.attempt, at: now, level: level, message: message)
        )
    }
}
