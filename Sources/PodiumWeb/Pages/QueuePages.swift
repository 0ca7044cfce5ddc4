internal import FoundationEssentials
internal import PodiumCore
internal import PodiumExperiments
internal import PodiumPrimitives
internal import PodiumStore

/// What waits, what runs, and on whom.
extension Pages {
    private struct OverviewView {
        let counts: [CountView]
        let running: RunListView
        let suites: SuiteListView
        let budgets: BudgetListView?
    }

    /// Rows of a list on a page; what is beyond is counted.
    private static let listLimit = 100

    func overview(_ exchange: Exchange) async throws -> WebResponse {
        let now = Date().timeIntervalSince1970
        let queue = try await store.queue(suite: nil, limit: 20)
        let running = try await store.runs(queue.running)
        let summaries = try await self.summaries.page(before: nil, limit: 10, includesArchived: false)
        let workers = try await store.workers(limit: 50).filter { $0.state == .working || $0.state == .idle }
        var list = RunListView(running, caption: "Running now", now: now)
        list.hint =
            workers.isEmpty
            ? "No worker is there: podium up or podium worker starts one."
            : "\(NumberText.count(workers.count, "worker")) \(workers.count == 1 ? "waits" : "wait") for work."
        let states: [RunStanding] = [.running, .ready, .held, .waiting, .blocked]
        let view = OverviewView(
            // Holding is rare: without a held run nobody is told that there is none.
            counts: states.filter { $0 != .held || queue.counts[$0, default: 0] > 0 }.map {
                CountView(
                    $0,
                    queue.counts[$0, default: 0],
                    href: "/queue#\($0.rawValue)-title",
                    ceiling: QueueSnapshot.ceiling
                )
            },
            running: list,
            suites: SuiteListView(summaries, now: now),
            budgets: BudgetListView(try await budgets.all())
        )
        return try page(exchange, title: "Overview", current: "/", scope: .init(), "overview", view)
    }

    private struct QueueView {
        struct Section {
            let id: String
            let title: String
            let note: String
            let list: RunListView
        }

        let suite: String?
        let mayAct: Bool
        let formCode: String
        let back: String
        let total: String
        /// Pilots that a batch system has not started yet, and why.
        let pilots: String?
        /// Budgets that are used up.
        let budgets: [String]
        let sections: [Section]
    }

    func queue(_ exchange: Exchange) async throws -> WebResponse {
        let now = Date().timeIntervalSince1970
        let filter = exchange.request.parameter("suite")
        var suite: SuiteID?
        if let filter {
            guard let found = try await self.suite(named: filter) else {
                throw Problem(404, "there is no suite \"\(filter)\"")
            }
            suite = found.id
        }
        let queue = try await store.queue(suite: suite, limit: Self.listLimit)
        let lists: [(RunStanding, [RunID])] = [
            (.running, queue.running), (.ready, queue.ready.map(\.run)), (.held, queue.held),
            (.waiting, queue.waiting), (.blocked, queue.blocked),
        ].filter { $0.0 != .held || !$0.1.isEmpty }
        let records = try await runs(lists.flatMap(\.1))
        let places = Dictionary(uniqueKeysWithValues: queue.ready.map { ($0.run, $0.place) })
        let mayAct = exchange.visitor.may(.operator)
        let sections = lists.map { state, ids in
            let count = queue.counts[state, default: 0]
            let more = count > ids.count ? ", the first \(ids.count) are shown" : ""
            let number = NumberText.grouped(count) + (count >= QueueSnapshot.ceiling ? "+" : "")
            return QueueView.Section(
                id: state.rawValue,
                title: Self.title(state),
                note: number + more,
                list: RunListView(
                    ids.compactMap { records[$0] },
                    caption: Self.title(state),
                    hasBoxes: mayAct,
                    places: state == .ready ? places : nil,
                    now: now
                )
            )
        }
        let total = queue.counts.values.reduce(0, +)
        let view = QueueView(
            suite: filter,
            mayAct: mayAct && total > 0,
            formCode: exchange.formCode,
            back: "/queue" + (filter.map { "?suite=\(PercentEncoding.encode($0))" } ?? ""),
            total: NumberText.grouped(total) + (total >= QueueSnapshot.ceiling ? "+" : ""),
            pilots: PilotTable.waiting(
                try await store.pilotSnapshot(pool: nil, queue: "", threads: 0).submissions
            ),
            budgets: BudgetListView.hints(try await budgets.all()),
            sections: sections
        )
        return try page(exchange, title: "Queue", current: "/queue", scope: .init(suite: suite), "queue", view)
    }

    private static func title(_ state: RunStanding) -> String {
        switch state {
        case .running: "Running"
        case .ready: "In the queue"
        case .held: "Held"
        case .waiting: "Wait to be tried again"
        case .blocked: "Wait for other runs"
        case .succeeded, .failed, .cancelled: "Over"
        }
    }

    // MARK: Suites

    private static let suitesOnAPage = 50

    func suites(_ exchange: Exchange) async throws -> WebResponse {
        let before = exchange.request.parameter("before").flatMap { Int64($0) }.map { SuiteID(rawValue: $0) }
        let summaries = try await self.summaries.page(before: before, limit: Self.suitesOnAPage)
        let older = summaries.count == Self.suitesOnAPage ? summaries.last.map { "/suites?before=\($0.id)" } : nil
        let view = SuitesView(list: SuiteListView(summaries, now: Date().timeIntervalSince1970, older: older))
        return try page(exchange, title: "Suites", current: "/suites", scope: .init(), "suites-page", view)
    }

    private struct SuitesView {
        let list: SuiteListView
    }

    // MARK: Workers

    private struct WorkersView {
        struct Worker {
            let number: Int64
            let host: String
            let process: Int
            let kind: String
            let symbol: String
            let word: String
            let device: String
            let threads: Int
            let runs: [Int64]
            let attempts: String
            let since: String
            let version: String
        }

        /// A pilot of a batch system.
        struct Pilot {
            let job: String
            let pool: String
            let name: String
            let task: Int
            let state: String
            let worker: Int64?
            let node: String
            let reason: String
        }

        let workers: [Worker]
        let pilots: [Pilot]
    }

    func workers(_ exchange: Exchange) async throws -> WebResponse {
        let view = WorkersView(
            workers: try await store.workers(limit: 200).map { worker in
                let state = StateView(worker.state)
                return WorkersView.Worker(
                    number: worker.id.rawValue,
                    host: worker.host,
                    process: worker.processID,
                    kind: state.kind,
                    symbol: state.symbol,
                    word: state.word,
                    device: worker.pool,
                    threads: worker.threads,
                    runs: worker.runs.map(\.rawValue),
                    attempts: NumberText.grouped(worker.attempts),
                    since: LocalTime.text(worker.registeredAt),
                    version: worker.version
                )
            },
            pilots: try await store.pilotSnapshot(pool: nil, queue: "", threads: 0).submissions.flatMap { submission in
                PilotTable.rows(of: submission).map { row in
                    WorkersView.Pilot(
                        job: submission.job ?? "",
                        pool: submission.pool,
                        name: submission.name,
                        task: row.task,
                        state: row.state,
                        worker: row.worker?.worker.rawValue,
                        node: row.node,
                        reason: row.reason
                    )
                }
            }
        )
        return try page(exchange, title: "Workers", current: "/workers", scope: .init(), "workers", view)
    }
}
