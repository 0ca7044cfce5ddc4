package import Logging
package import PodiumCore

/// Claims runs that fit this machine and sees them through, one engine an attempt.
package actor Worker {
    private let store: any JobStore
    private let registration: WorkerRegistration
    private let launcher: any Launcher
    private let options: WorkerOptions
    private let clock: any Clock<Duration>
    private let log: Logger
    private var id: WorkerID?
    private var attempts: [Lease: (attempt: Attempt, threads: Int, task: Task<Void, Never>)] = [:]
    private var isShuttingDown = false
    /// What became of one of its machines, where it has several; it leaves then.
    package private(set) var lostMachine: String?
    /// A fault of the store that does not pass: why the worker shuts down.
    private var fault: (any Error)?
    /// Runs out when the lease can no longer be believed in.
    private var trust: Task<Void, Never>?
    private var isInDoubt = false
    private var lifetime: WorkerLifetime
    /// Runs claimed so far.
    private var begun = 0
    private let wakeUps: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation

    package init(
        store: any JobStore,
        registration: WorkerRegistration,
        launcher: any Launcher,
        options: WorkerOptions,
        clock: any Clock<Duration> = ContinuousClock(),
        log: Logger
    ) {
        self.store = store
        self.registration = registration
        self.launcher = launcher
        self.options = options
        self.clock = clock
        self.log = log
        lifetime = options.lifetime
        (wakeUps, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Works until `shutDown` is called, its lifetime is over or a machine of several is lost.
    ///
    /// Faults of the store that pass are waited out. After any other the worker leaves as if it were shut down, and throws it.
    package func run() async throws {
        let elapsed = stopwatch(on: clock)
        let alarm = Task { [clock, wake, options] in
            while !Task.isCancelled {
                try? await clock.sleep(for: options.poll)
                wake.yield()
            }
        }
        let hints = Task { [clock, wake, store, options] in
            while !Task.isCancelled {
                if let changes = try? await store.notifications() {
                    for await _ in changes { wake.yield() }
                }
                try? await clock.sleep(for: options.heartbeat)
            }
        }
        let renewals = Task {
            while !Task.isCancelled {
                await renew()
                try? await clock.sleep(for: options.heartbeat)
            }
        }
        var ownTime: Duration?
        for await _ in wakeUps {
            if isShuttingDown { break }
            switch lifetime.decide(at: elapsed(), isBusy: !attempts.isEmpty, begun: begun) {
            case .claim: await claim()
            case .finish: break
            case .leave(let reason):
                log.info("this worker leaves: \(reason.rawValue)")
                isShuttingDown = true
                if reason == .endOfTime { ownTime = elapsed() }
            }
            if isShuttingDown { break }
        }
        for (_, entry) in attempts { await entry.attempt.leave(workerTime: ownTime) }
        for (_, entry) in attempts { await entry.task.value }
        for task in [alarm, hints, renewals] { task.cancel() }
        trust?.cancel()
        if let id { try? await store.retireWorker(id) }
        id = nil
        if let fault { throw fault }
    }

    /// Ends `run` where nothing can come of waiting.
    private func leave(after error: any Error) {
        guard error.isPermanentFault, fault == nil else { return }
        fault = error
        log.error("this worker leaves: \(error)")
        shutDown()
    }

    /// Gives running attempts back to the queue, from their last checkpoints, and ends `run`.
    package func shutDown() {
        isShuttingDown = true
        wake.yield()
    }

    // MARK: The lease

    /// Registers or renews, and passes on what the store orders.
    private func renew() async {
        // From before the store is asked: the lease begins no earlier.
        let sinceAsked = stopwatch(on: clock)
        let trust = Task { [clock, options] in
            try? await clock.sleep(for: options.trust)
            if !Task.isCancelled { await doubt() }
        }
        do {
            guard let known = id else {
                guard !isShuttingDown else { return trust.cancel() }
                id = try await store.registerWorker(registration, leaseSeconds: options.lease.inSeconds)
                await believe(trust, after: sinceAsked())
                wake.yield()
                return
            }
            if let orders = try await store.heartbeat(known, leaseSeconds: options.lease.inSeconds) {
                await believe(trust, after: sinceAsked())
                for order in orders {
                    switch order {
                    case .cancel(let lease): await attempts[lease]?.attempt.receive(.cancelOrdered)
                    case .preempt(let lease): await attempts[lease]?.attempt.receive(.preemptOrdered)
                    }
                }
            } else {
                log.warning("this worker was taken for dead; its runs are other workers' now")
                trust.cancel()
                self.trust?.cancel()
                isInDoubt = false
                id = nil
                for (_, entry) in attempts { await entry.attempt.receive(.leaseLost) }
            }
        } catch {
            // Attempts go on: whether they may still write is decided by their leases when the store is back.
            trust.cancel()
            log.warning("the database does not answer: \(error)")
            leave(after: error)
        }
    }

    /// The lease was granted or renewed: it holds until the new trust runs out.
    ///
    /// An answer that came too late says nothing of now.
    private func believe(_ trust: Task<Void, Never>, after waited: Duration) async {
        self.trust?.cancel()
        guard waited < options.trust else {
            trust.cancel()
            return await doubt()
        }
        self.trust = trust
        guard isInDoubt else { return }
        isInDoubt = false
        log.info("the lease holds after all; its engines go on")
        for (_, entry) in attempts { await entry.attempt.receive(.leaseConfirmed) }
        wake.yield()
    }

    /// Nothing was heard of the lease for too long: soon others may have the runs.
    private func doubt() async {
        guard id != nil, !isInDoubt else { return }
        isInDoubt = true
        log.warning("the lease was not renewed in time; engines pause until the database answers")
        for (_, entry) in attempts { await entry.attempt.receive(.leaseDoubted) }
    }

    // MARK: Claims

    private func claim() async {
        guard let id, !isInDoubt else { return }
        do {
            while !isShuttingDown {
                let free = registration.threads - attempts.values.reduce(0) { $0 + $1.threads }
                let limit = min(free, (lifetime.runs ?? .max) - begun)
                guard limit > 0 else { return }
                let claims = try await store.claim(for: id, pool: registration.pool, threads: free, limit: limit)
                guard !claims.isEmpty else { return }
                begun += claims.count
                for claim in claims { start(claim) }
            }
        } catch {
            log.warning("cannot look for work: \(error)")
            leave(after: error)
        }
    }

    private func leave(afterLossOf machine: String) {
        log.warning("this worker leaves: it has lost a machine: \(machine)")
        lostMachine = machine
        shutDown()
    }

    private func start(_ claim: Claim) {
        let attempt = Attempt(
            claim: claim,
            store: store,
            launcher: launcher,
            options: options,
            clock: clock,
            log: log,
            onPermanentFault: { [weak self] in await self?.leave(after: $0) }
        )
        let task = Task {
            await attempt.run { await leave(afterLossOf: $0) }
            ended(claim.lease)
        }
        attempts[claim.lease] = (attempt, claim.spec.resources.allThreads, task)
    }

    private func ended(_ lease: Lease) {
        attempts[lease] = nil
        wake.yield()
    }
}
