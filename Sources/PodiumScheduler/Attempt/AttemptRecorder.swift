internal import Logging
internal import PodiumCore

/// Gathers what an engine says and stores it in few transactions.
///
/// What cannot be stored because the database is away stays in memory, in
/// order, and goes with the next flush. With an exchange, an artifact waits until its files are there, apart from the rest:
/// a row never names what nobody can fetch.
actor AttemptRecorder {
    private let lease: Lease
    private let store: any JobStore
    private let exchange: (any ArtifactExchange)?
    private let clock: any Clock<Duration>
    private let log: Logger
    private var waiting = EventBacklog()
    private var isFlushing = false
    /// What the last flush met, where it does not pass.
    private(set) var fault: (any Error)?
    /// Artifacts and removals, in order, whose files are to be brought.
    private var files: [EngineEvent] = []
    private var moving: Task<Void, Never>?
    private var isHurried = false
    private var isClosed = false
    /// Checkpoints of this attempt that are there, by the paths that the store knows.
    private(set) var checkpoints: [String] = []

    /// Between tries to bring a file.
    private static let pause = Duration.seconds(5)

    init(
        lease: Lease,
        store: any JobStore,
        exchange: (any ArtifactExchange)?,
        clock: any Clock<Duration>,
        log: Logger
    ) {
        (self.lease, self.store, self.exchange, self.clock, self.log) = (lease, store, exchange, clock, log)
    }

    func append(_ event: EngineEvent) {
        if exchange != nil {
            switch event {
            case .artifact, .removed:
                files.append(event)
                if moving == nil, !isClosed { moving = Task { await moveFiles() } }
                return
            default: break
            }
        }
        waiting.append(event)
    }

    /// Whether everything is stored.
    var isEmpty: Bool { waiting.events.isEmpty && !isFlushing && files.isEmpty }

    /// Stores what waits; false when the lease is lost.
    func flush() async -> Bool {
        guard !waiting.events.isEmpty, !isFlushing else { return true }
        isFlushing = true
        defer { isFlushing = false }
        let batch = waiting.takeAll()
        do {
            let holds = try await store.record(lease, events: batch)
            fault = nil
            if holds { await release(batch) }
            return holds
        } catch {
            log.warning("run \(lease.run): measurements wait for the database: \(error)")
            waiting.putBack(batch)
            fault = error.isPermanentFault ? error : nil
            return true
        }
    }

    /// Waits until all files are there; where the worker leaves, what cannot be brought now is given up.
    func settle(isLeaving: Bool) async {
        isHurried = isHurried || isLeaving
        await moving?.value
        guard !files.isEmpty, !isClosed else { return }
        log.warning("run \(lease.run): what could not be brought is left out; the run goes on from what is there")
        files = []
    }

    /// The worker leaves: the first file that cannot be brought is the last that is tried.
    func hurry() { isHurried = true }

    /// The attempt is another's: nothing is brought any more.
    func close() {
        isClosed = true
        files = []
    }

    // MARK: Files

    private func moveFiles() async {
        defer { moving = nil }
        while let event = files.first, !isClosed, let exchange {
            switch event {
            case .artifact(let artifact):
                // The engine has given it up meanwhile.
                if files.contains(.removed(path: artifact.path)) { break }
                do {
                    guard let stored = try await exchange.push(artifact, of: lease) else { break }
                    if isClosed { return }
                    if stored.kind == .checkpoint { checkpoints.append(stored.path) }
                    waiting.append(.artifact(stored))
                } catch {
                    log.warning("run \(lease.run): \(artifact.path) waits to be brought: \(Self.words(error))")
                    if isHurried { return }
                    try? await clock.sleep(for: Self.pause)
                    continue
                }
            case .removed(let path):
                let stored = exchange.storedPath(path)
                checkpoints.removeAll { $0 == stored }
                waiting.append(.removed(path: stored))
            default: break
            }
            if !files.isEmpty { files.removeFirst() }
        }
    }

    private func release(_ stored: [EngineEvent]) async {
        let paths = stored.compactMap { event in if case .removed(let path) = event { path } else { nil } }
        if !paths.isEmpty { await exchange?.release(paths, of: lease) }
    }

    static func words(_ error: any Error) -> String {
        (error as? ExchangeError)?.message ?? "\(error)"
    }
}
