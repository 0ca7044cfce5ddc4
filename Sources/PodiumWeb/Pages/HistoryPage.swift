internal import PodiumCore
internal import PodiumPrimitives
internal import PodiumStore

/// A filter over runs as the address of a page or of the API has it.
struct RunQuery: Sendable {
    var suiteText: String?
    /// With `*` for any text.
    var systemText: String?
    var filter = HistoryFilter()
    var order = HistoryOrder.newest

    /// - Throws: a problem that says which field is wrong.
    init(_ exchange: Exchange, _ store: PostgresStore) async throws {
        let request = exchange.request
        suiteText = request.parameter("suite")
        if let suiteText {
            guard let suite = try await store.suite(named: suiteText) else {
                throw Problem(404, "there is no suite \"\(suiteText.prefix(100))\"")
            }
            filter.suites = [suite.id]
            // A suite that is asked for is shown, wherever it was put.
            filter.includesArchived = true
        }
        systemText = request.parameter("system")
        filter.system = systemText.map { NamePattern($0) }
        filter.tag = request.parameter("tag")
        filter.task = try Self.word(request, "task") { BenchmarkTask(named: $0) }
        filter.kind = try Self.word(request, "kind") { RunKind(rawValue: $0) }
        filter.states = Set(try [Self.word(request, "state") { RunStanding(rawValue: $0) }].compactMap(\.self))
        order = try Self.word(request, "sort") { HistoryOrder(rawValue: $0) } ?? .newest
    }

    private static func word<Value>(_ request: WebRequest, _ name: String, _ read: (String) -> Value?) throws -> Value?
    {
        guard let text = request.parameter(name) else { return nil }
        guard let value = read(text) else { throw Problem(400, "\(name) cannot be \"\(text.prefix(40))\"") }
        return value
    }

    /// The same query for another page; for none as a view keeps it.
    func address(page: Int?) -> String {
        PercentEncoding.query([
            ("suite", suiteText), ("system", systemText), ("tag", filter.tag), ("task", filter.task?.rawValue),
            ("kind", filter.kind?.rawValue), ("state", filter.states.first?.rawValue),
            ("sort", order == .newest ? nil : order.rawValue), ("page", page.map { "\($0)" }),
        ])
    }
}

extension Pages {
    fileprivate struct HistoryView {
        struct Run {
            let number: Int64
            let name: String
            let suite: Int64
            let suiteName: String
            let system: String
            let task: String
            let seed: String
            let kind: String
            let symbol: String
            let word: String
            let score: String
            let ended: String
            let time: String
        }

        let suite: String?
        let system: String?
        let tag: String?
        let tasks: [ChoiceView]
        let states: [ChoiceView]
        let sorts: [ChoiceView]
        /// Runs under a heading each where the order has one, else all under none.
        let groups: [Group]
        let older: String?
        let views: [NamedView]
        /// What a new view would hold.
        let query: String
        let mayAct: Bool
        let formCode: String

        struct Group {
            let title: String?
            var runs: [Run]
        }

        struct NamedView {
            let name: String
            let query: String
            let savedBy: String
            let isCurrent: Bool
        }

        var isEmpty: Bool { groups.isEmpty }
    }

    private static let runsOnAPage = 100

    /// The runs of a page of a query, and whether there are more.
    func find(_ query: RunQuery, page: Int, limit: Int) async throws -> (entries: [HistoryEntry], hasMore: Bool) {
        let entries = try await store.history(
            query.filter,
            order: query.order,
            offset: (page - 1) * limit,
            limit: limit + 1
        )
        return (Array(entries.prefix(limit)), entries.count > limit)
    }

    private static func grouped(_ entries: [HistoryEntry], by order: HistoryOrder) -> [HistoryView.Group] {
        var groups: [HistoryView.Group] = []
        for entry in entries {
            let title: String? =
                switch order {
                case .system: entry.system
                case .task: entry.task?.displayName ?? entry.kind.rawValue
                case .newest, .oldest, .score, .duration: nil
                }
            if groups.last.map({ $0.title != title }) ?? true {
                groups.append(HistoryView.Group(title: title, runs: []))
            }
            groups[groups.count - 1].runs.append(HistoryView.Run(entry))
        }
        return groups
    }

    func history(_ exchange: Exchange) async throws -> WebResponse {
        let query = try await RunQuery(exchange, store)
        let number = try exchange.count("page", default: 1, upTo: 10_000)
        let (entries, hasMore) = try await find(query, page: number, limit: Self.runsOnAPage)
        let view = HistoryView(
            suite: query.suiteText,
            system: query.systemText,
            tag: query.filter.tag,
            tasks: BenchmarkTask.allCases.map {
                ChoiceView(value: $0.rawValue, title: $0.displayName, isChosen: query.filter.task == $0)
            },
            states: RunStanding.allCases.map {
                ChoiceView(value: $0.rawValue, title: StateView($0).word, isChosen: query.filter.states.contains($0))
            },
            sorts: HistoryOrder.allCases.map {
                ChoiceView(value: $0.rawValue, title: $0.title, isChosen: query.order == $0)
            },
            groups: Self.grouped(entries, by: query.order),
            older: hasMore ? "/history?\(query.address(page: number + 1))" : nil,
            views: try await store.savedViews().map {
                HistoryView.NamedView(
                    name: $0.name,
                    query: $0.query,
                    savedBy: $0.savedBy,
                    isCurrent: $0.query == query.address(page: nil)
                )
            },
            query: query.address(page: nil),
            mayAct: exchange.visitor.may(.operator),
            formCode: exchange.formCode
        )
        let suite = query.filter.suites.first
        return try page(
            exchange,
            title: "History",
            current: "/history",
            tabs: suite.map { tabs($0, current: "history") } ?? [],
            scope: .init(suite: suite),
            "history",
            view
        )
    }
}

extension Pages.HistoryView.Run {
    fileprivate init(_ entry: HistoryEntry) {
        let state = StateView(entry.state)
        self.init(
            number: entry.id.rawValue,
            name: entry.name,
            suite: entry.suite.rawValue,
            suiteName: entry.suiteName,
            system: entry.system,
            task: entry.task?.displayName ?? entry.kind.rawValue,
            seed: entry.seed.map { "\($0)" } ?? "",
            kind: state.kind,
            symbol: state.symbol,
            word: state.word,
            score: entry.score.map { NumberText.percent($0, digits: 2) } ?? "",
            ended: entry.endedAt.map(LocalTime.text) ?? "",
            time: entry.seconds.map(NumberText.clock) ?? ""
        )
    }
}

extension HistoryOrder {
    fileprivate var title: String {
        switch self {
        case .newest: "newest first"
        case .oldest: "oldest first"
        case .score: "best score first"
        case .system: "by system"
        case .task: "by task"
        case .duration: "longest first"
        }
    }
}
