package import Logging
package import PodiumCore

/// The queue's maintenance, done by one of however many schedulers run.
///
/// The leader takes back runs of dead workers, queues runs whose back-off
/// has passed, and makes the looks of plans of seeds. The others stand by and
/// take over when its term runs out.
///
/// A database that was away kept workers from renewing their leases. So nobody is taken for dead before a scheduler has reached
/// it for `settling` on end, in which every worker that lives renews.
package struct Scheduler: Sendable {
    private let store: any JobStore
    private let name: String
    private let interval: Duration
    private let term: Duration
    private let settling: Duration
    private let clock: any Clock<Duration>
    private let log: Logger

    /// - Parameters:
    ///   - name: tells this scheduler from all others: host, process, start.
    ///   - term: for how long the lead lasts unless it is renewed.
    ///   - settling: twice as long as workers take between renewals.
    package init(
        store: any JobStore,
        name: String,
        interval: Duration = .seconds(1),
        term: Duration = .seconds(4),
        settling: Duration = .seconds(4),
        clock: any Clock<Duration> = ContinuousClock(),
        log: Logger
    ) {
        self.store = store
        self.name = name
        self.interval = interval
        self.term = term
        self.settling = settling
        self.clock = clock
        self.log = log
    }

    /// Runs until its task is cancelled; faults of the store that pass are waited out, others thrown.
    package func run() async throws {
        var isLeading = false
        var settled: Duration = .zero
        var round = 0
        while !Task.isCancelled {
            do {
                let leads = try await store.lead(as: name, seconds: term.inSeconds) != nil
                if leads != isLeading { log.info(leads ? "\(name) leads" : "\(name) stands by") }
                isLeading = leads
                if leads {
                    try await performMaintenance(rescuing: settled >= settling)
                    // Runs wait for minutes before threads are kept for them, and looking at all heads of the queue costs.
                    if round % 5 == 0 { try await reserveThreads() }
                    round += 1
                }
                settled += interval
            } catch is CancellationError {
                return
            } catch {
                if error.isPermanentFault { throw error }
                settled = .zero
                log.warning("the scheduler waits for the database: \(error)")
            }
            try? await clock.sleep(for: interval)
        }
    }

    private func reserveThreads() async throws {
        for kept in try await store.reserveThreads(forRunsWaiting: ReservationPlan.patience) {
            log.info(
                "worker \(kept.worker) keeps its free threads for run \(kept.run), which narrower runs have passed over"
            )
        }
    }

    private func performMaintenance(rescuing: Bool) async throws {
        if rescuing {
            for run in try await store.rescueLostRuns() { log.warning("run \(run): its worker is lost; queued again") }
        }
        let promoted = try await store.promoteWaitingRuns()
        for run in try await store.enforceBudgets() {
            log.info("run \(run) saves: the budget of its project is used up")
        }
        for run in try await store.preemptForWaiting() { log.info("run \(run) makes way for a more urgent one") }
        if promoted > 0 { log.info("\(promoted) run(s) to be tried again") }
        for record in try await SeedPlanKeeper(store: store).advance() {
            log.info(
                "suite \(record.suite): look \(record.looks.count) of its plan of seeds\(record.isOver ? ", the last" : "")"
            )
        }
    }
}
