internal import Logging
internal import PodiumCore

/// Gathers what an engine says and stores it in few transactions.
///
/// What cannot be stored because the database is away stays in memory, in
/// order, and goes with the next flush.
actor AttemptRecorder {
    private let lease: Lease
    private let store: any JobStore
    private let log: Logger
    private var waiting: [EngineEvent] = []
    private var isFlushing = false

    /// Beyond so many waiting events the oldest measurements are dropped: log lines and checkpoints are kept.
    private static let measurementLimit = 20_000

    init(lease: Lease, store: any JobStore, log: Logger) {
        (self.lease, self.store, self.log) = (lease, store, log)
    }

    func append(_ event: EngineEvent) {
        waiting.append(event)
        guard waiting.count > Self.measurementLimit else { return }
        if let oldest = waiting.firstIndex(where: { if case .progress = $0 { true } else { false } }) {
            waiting.remove(at: oldest)
        }
    }

    /// Whether everything is stored.
    var isEmpty: Bool { waiting.isEmpty && !isFlushing }

    /// Stores what waits; false when the lease is lost.
    func flush() async -> Bool {
        guard !waiting.isEmpty, !isFlushing else { return true }
        isFlushing = true
        defer { isFlushing = false }
        let batch = waiting
        waiting = []
        do {
            return try await store.record(lease, events: batch)
        } catch {
            log.warning("run \(lease.run): measurements wait for the database: \(error)")
            waiting = batch + waiting
            return true
        }
    }
}
