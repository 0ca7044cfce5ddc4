package import Logging
package import PodiumCore

/// The queue's maintenance, done by one of however many schedulers run.
///
/// The leader takes back runs of dead workers and queues runs whose back-off
/// has passed. The others stand by and take over when its term runs out.
package struct Scheduler: Sendable {
    private let store: any JobStore
    private let name: String
    private let interval: Duration
    private let term: Duration
    private let clock: any Clock<Duration>
    private let log: Logger

    /// - Parameters:
    ///   - name: tells this scheduler from all others: host, process, start.
    ///   - term: for how long the lead lasts unless it is renewed.
    package init(
        store: any JobStore,
        name: String,
        interval: Duration = .seconds(1),
        term: Duration = .seconds(6),
        clock: any Clock<Duration> = ContinuousClock(),
        log: Logger
    ) {
        self.store = store
        self.name = name
        self.interval = interval
        self.term = term
        self.clock = clock
        self.log = log
    }

    /// Runs until its task is cancelled; faults of the store are waited out.
    package func run() async {
        var isLeading = false
        while !Task.isCancelled {
            do {
                let leads = try await store.lead(as: name, seconds: term.inSeconds) != nil
                if leads != isLeading { log.info(leads ? "\(name) leads" : "\(name) stands by") }
                isLeading = leads
                if leads { try await performMaintenance() }
            } catch is CancellationError {
                return
            } catch {
                log.warning("the scheduler waits for the database: \(error)")
            }
            try? await clock.sleep(for: interval)
        }
    }

    private func performMaintenance() async throws {
        for run in try await store.rescueLostRuns() { log.warning("run \(run): its worker is lost; queued again") }
        let promoted = try await store.promoteWaitingRuns()
        if promoted > 0 { log.info("\(promoted) run(s) to be tried again") }
    }
}
