internal import Foundation
internal import Logging
internal import PodiumCore

/// Carries out one attempt: starts its engine, feeds the supervision, does what that decides.
actor Attempt {
    let lease: Lease
    private let claim: Claim
    private let store: any JobStore
    private let launcher: any Launcher
    private let options: WorkerOptions
    private let clock: any Clock<Duration>
    private let log: Logger
    private let onPermanentFault: @Sendable (any Error) async -> Void
    private let folder: AttemptFolder
    private let recorder: AttemptRecorder
    private var supervision: AttemptSupervision
    private let elapsed: @Sendable () -> Duration
    private var progress = ProgressWatch()
    private var isPaused = false
    /// What the engine will read is being brought, or looked at.
    private var isFetching = false
    /// What the engine was told, and the key of that work.
    private var known: (assignment: EngineAssignment, key: String)?
    private var control: (any EngineControl)?
    private var orders: [AttemptSupervision.Action] = []
    private var killTimer: Task<Void, Never>?
    /// The worker goes: what cannot be stored is left to the rescue by the next one.
    private var isLeaving = false

    /// How often the store may refuse an attempt's end before a plain failure is stored in its place.
    private static let finishRetryLimit = 20

    init(
        claim: Claim,
        store: any JobStore,
        launcher: any Launcher,
        options: WorkerOptions,
        clock: any Clock<Duration>,
        log: Logger,
        onPermanentFault: @escaping @Sendable (any Error) async -> Void
    ) {
        self.claim = claim
        self.store = store
        self.launcher = launcher
        self.options = options
        self.clock = clock
        self.log = log
        self.onPermanentFault = onPermanentFault
        elapsed = stopwatch(on: clock)
        lease = claim.lease
        folder = AttemptFolder(lease: claim.lease, dataDirectory: options.dataDirectory)
        recorder = AttemptRecorder(
            lease: claim.lease,
            store: store,
            exchange: options.exchange,
            clock: clock,
            log: log
        )
        supervision = AttemptSupervision(
            timeLimitSeconds: claim.spec.resources.timeLimitSeconds,
            progressDeadlineSeconds: claim.spec.resources.progressDeadlineSeconds
        )
    }

    /// Returns when the engine is gone and the store knows how it ended.
    ///
    /// - Parameter machineLost: is told that the worker has lost a machine, before the store hears of the attempt's end: nothing is to
    ///   be claimed by then.
    func run(machineLost: @Sendable (String) async -> Void) async {
        log.info("run \(lease.run) (\(claim.spec.name)) starts, attempt \(lease.attempt)")
        let limit = Task { [clock, seconds = claim.spec.resources.timeLimitSeconds] in
            guard let seconds else { return }
            try? await clock.sleep(for: .seconds(seconds))
            if !Task.isCancelled { await receive(.timeLimitReached) }
        }
        let watching = Task { await watchProgress() }
        let flushing = Task {
            while !Task.isCancelled {
                try? await clock.sleep(for: options.recording)
                // What cannot be sure of its lease keeps what it hears to itself.
                if isPaused { continue }
                if await !flush() { await receive(.leaseLost) }
            }
        }
        let exit = await runEngine()
        limit.cancel()
        watching.cancel()
        flushing.cancel()
        await flushing.value
        killTimer?.cancel()
        control = nil
        guard let exit else { return }
        if case .machineLost(let why) = exit.status { await machineLost(why) }
        await receive(.exited(exit))
    }

    /// Brings an order of the user or of the worker.
    func receive(_ input: AttemptSupervision.Input) async {
        if input == .shutdown { isLeaving = true }
        if case .workerTimeOver = input { isLeaving = true }
        if isLeaving { await recorder.hurry() }
        if input == .leaseLost { await recorder.close() }
        if case .event(let event) = input { progress.observe(event) }
        for action in supervision.receive(input) { await perform(action) }
    }

    /// The worker leaves, because its time is over where it says how much it had.
    func leave(workerTime: Duration?) async {
        await receive(
            workerTime.map {
                .workerTimeOver(secondsWorked: elapsed().inSeconds, ofSeconds: $0.inSeconds)
            } ?? .shutdown
        )
    }

    /// Gives the run back and tells the worker where a fault of the store does not pass.
    private func leave(after error: any Error) async {
        guard error.isPermanentFault else { return }
        await receive(.shutdown)
        await onPermanentFault(error)
    }

    /// Stores what the engine said; false when the lease is lost.
    private func flush() async -> Bool {
        let holds = await recorder.flush()
        if let fault = await recorder.fault { await leave(after: fault) }
        return holds
    }

    private func watchProgress() async {
        guard let deadline = claim.spec.resources.progressDeadlineSeconds else { return }
        while !Task.isCancelled {
            try? await clock.sleep(for: .seconds(deadline / Double(ProgressWatch.looks)))
            if Task.isCancelled { return }
            if isPaused || isFetching { progress.restart() }
            if progress.look() { return await receive(.progressDeadlinePassed) }
        }
    }

    /// Nil where there was nothing to run: the run has another's result, or is another worker's.
    private func runEngine() async -> EngineExit? {
        do {
            var assignment = EngineAssignment(claim: claim, dataDirectory: options.dataDirectory)
            if claim.spec.kind == .report {
                assignment.history = try await SuiteHistory.load(claim.suite, from: store)
            }
            if let exchange = options.exchange {
                isFetching = true
                defer { isFetching = false }
                assignment = try await exchange.fetch(assignment)
            }
            if await isTakenOver(assignment) { return nil }
            try folder.prepare(assignment)
        } catch let error as ExchangeError {
            await receive(.event(.failed(error.failure, error.message)))
            return EngineExit(.exited(1))
        } catch {
            await leave(after: error)
            return EngineExit(.notStarted("cannot prepare \(folder.path): \(error)"))
        }
        return await launcher.run(
            LaunchRequest(lease: lease, name: claim.spec.name, folder: folder.path, resources: claim.spec.resources),
            started: { await self.started($0) },
            event: { await self.receive(.event($0)) }
        )
    }

    /// Whether the attempt is over because the result is here already.
    private func isTakenOver(_ assignment: EngineAssignment) async -> Bool {
        guard let works = options.works else { return false }
        isFetching = true
        defer { isFetching = false }
        guard let key = await works.key(of: assignment) else { return false }
        known = (assignment, key)
        guard claim.spec.mayReuse, orders.isEmpty else { return false }
        do {
            guard let source = try await store.reusable([key])[key] else { return false }
            let made = try await store.artifacts(of: source).filter {
                $0.removedAt == nil && $0.artifact.kind != .checkpoint
            }
            guard await areIntact(made.map(\.artifact), works) else {
                log.warning("run \(lease.run): run \(source) did the same work, but its files are not as it left them")
                return false
            }
            switch try await store.reuse(source, for: lease) {
            case .taken:
                log.info("run \(lease.run) (\(claim.spec.name)) has the result of run \(source)")
                await recorder.close()
                folder.keepOnlyResults()
                return true
            case .refused: return false
            case .leaseLost:
                await perform(.discard)
                return true
            }
        } catch {
            log.warning("run \(lease.run): nobody could look for an earlier result: \(error)")
            await leave(after: error)
            return false
        }
    }

    /// Whether files are as another run left them, here or where the store's paths lead.
    private func areIntact(_ artifacts: [Artifact], _ works: any WorkRecognition) async -> Bool {
        guard let exchange = options.exchange else { return await works.areIntact(artifacts) }
        return await exchange.areIntact(artifacts, for: lease)
    }

    /// The key under which others may take over the result: none where a file has changed meanwhile.
    private func workKey() async -> String? {
        guard let (assignment, key) = known, await options.works?.key(of: assignment) == key else { return nil }
        return key
    }

    /// Orders that came before the engine ran are carried out now.
    private func started(_ control: any EngineControl) async {
        self.control = control
        let early = orders
        orders = []
        for order in early { await perform(order) }
    }

    private func perform(_ action: AttemptSupervision.Action) async {
        switch action {
        case .record(let event):
            await recorder.append(event)
        case .terminate:
            guard let control else { return orders.append(action) }
            control.terminate()
            killTimer = Task {
                try? await clock.sleep(for: options.killDelay)
                if !Task.isCancelled { await receive(.killDelayPassed) }
            }
        case .kill:
            guard let control else { return orders.append(action) }
            control.kill()
        case .pause:
            isPaused = true
            log.warning("run \(lease.run): nobody knows whether its lease holds; its engine is paused")
            guard let control else { return orders.append(action) }
            control.pause()
        case .resume:
            isPaused = false
            guard let control else { return orders.append(action) }
            control.resume()
        case .finish(let conclusion):
            await finish(conclusion)
        case .discard:
            log.warning("run \(lease.run): the lease was lost; attempt \(lease.attempt) is thrown away")
            await recorder.close()
            folder.discard()
        }
    }

    private func finish(_ conclusion: AttemptSupervision.Conclusion) async {
        await recorder.settle(isLeaving: isLeaving)
        var found = outcome(of: conclusion)
        if case .succeeded(var result, let artifacts, let predictions) = found {
            result.workKey = await workKey()
            found = .succeeded(result, artifacts: artifacts, predictions: predictions)
        }
        guard var outcome = await brought(found) else { return }
        var failures = 0
        while true {
            guard await flush() else { return await perform(.discard) }
            do {
                if await recorder.isEmpty {
                    guard try await store.finish(lease, outcome: outcome) else { return await perform(.discard) }
                    break
                }
            } catch {
                failures += 1
                await leave(after: error)
                log.error("run \(lease.run): its end waits to be stored: \(error)")
                if failures == Self.finishRetryLimit {
                    outcome = .failed(.infrastructure, message: "its end could not be stored: \(error)")
                }
            }
            if isLeaving { return }
            try? await clock.sleep(for: options.heartbeat)
        }
        if case .succeeded = outcome {
            folder.keepOnlyResults()
            let checkpoints = await recorder.checkpoints + claim.checkpoints.map(\.artifact.path)
            await options.exchange?.release(checkpoints, of: lease)
        }
        log.info("run \(lease.run) (\(claim.spec.name)) \(outcome.summary)")
    }

    /// The outcome with its artifacts where everybody can fetch them; nil when the lease is lost meanwhile.
    private func brought(_ outcome: AttemptOutcome) async -> AttemptOutcome? {
        guard case .succeeded(let result, let artifacts, let predictions) = outcome, let exchange = options.exchange
        else { return outcome }
        while true {
            do {
                var stored: [Artifact] = []
                for artifact in artifacts {
                    guard let there = try await exchange.push(artifact, of: lease) else {
                        return .failed(.infrastructure, message: "\(artifact.path): what the engine made is gone")
                    }
                    stored.append(there)
                }
                return .succeeded(result, artifacts: stored, predictions: predictions)
            } catch {
                log.error("run \(lease.run): what it made waits to be brought: \(AttemptRecorder.words(error))")
                // What nobody could fetch is no result: another worker goes on from the last checkpoint.
                if isLeaving { return .released }
                try? await clock.sleep(for: options.killDelay)
                // Somebody else may have the run by now.
                if let holds = try? await store.record(lease, events: []), !holds {
                    await perform(.discard)
                    return nil
                }
            }
        }
    }

    private func outcome(of conclusion: AttemptSupervision.Conclusion) -> AttemptOutcome {
        switch conclusion {
        case .failed(let failure, let message): return .failed(failure, message: message)
        case .cancelled: return .cancelled
        case .released: return .released
        case .preempted: return .preempted
        case .succeeded(let result, let artifacts):
            do {
                let predictions = try folder.predictions(in: artifacts)
                return .succeeded(result, artifacts: artifacts, predictions: predictions)
            } catch {
                return .failed(.infrastructure, message: "the predictions cannot be read back: \(error)")
            }
        }
    }
}

extension AttemptOutcome {
    var summary: String {
        switch self {
        case .succeeded(let result, _, _): result.score.map { "succeeded, score \($0)" } ?? "succeeded"
        case .failed(let failure, let message): "failed (\(failure.rawValue)): \(message)"
        case .cancelled: "was cancelled"
        case .released: "goes back to the queue"
        case .preempted: "makes way: a more urgent run waits, or the budget of its project is used up"
        }
    }
}
