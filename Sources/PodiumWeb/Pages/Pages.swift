internal import PodiumCore
internal import PodiumExperiments
internal import PodiumPrimitives
internal import PodiumReport
internal import PodiumStore

/// What pages are made from.
struct Pages: Sendable {
    let store: PostgresStore
    let hub: ChangeHub
    let renderer: PageRenderer
    let rankings: Rankings
    let summaries: Summaries
    let budgets: Budgets
    let jobFiles: JobFiles
    let version: String

    static let names: [(title: String, href: String)] = [
        ("Overview", "/"), ("Queue", "/queue"), ("Suites", "/suites"), ("Leaderboard", "/leaderboard"),
        ("History", "/history"), ("Compare", "/compare"), ("Workers", "/workers"), ("Submit", "/submit"),
    ]

    /// A page of a view, in the frame that the visitor sees.
    ///
    /// - Parameters:
    ///   - current: the address of the navigation's link that is this page.
    ///   - scope: which events the page follows; nil for none.
    func page(
        _ exchange: Exchange,
        title: String,
        summary: String? = nil,
        current: String,
        tabs: [PageRenderer.Frame.Link] = [],
        scope: EventReader.Scope? = nil,
        status: Int = 200,
        _ template: String,
        _ view: Any
    ) throws -> WebResponse {
        let content = try renderer.render(view, template)
        if exchange.request.headers["podium-fragment"] != nil { return .html(content, status: status) }
        var user: PageRenderer.Frame.User?
        if let name = exchange.visitor.name, let role = exchange.visitor.role {
            user = PageRenderer.Frame.User(name: name, role: role.rawValue, formCode: exchange.formCode)
        }
        let frame = PageRenderer.Frame(
            title: title,
            summary: summary,
            notice: notice(exchange),
            style: renderer.style.name,
            script: renderer.script.name,
            events: scope.map { events($0, after: exchange.place) },
            nav: Self.names.map {
                PageRenderer.Frame.Link(title: $0.title, href: $0.href, isCurrent: $0.href == current)
            },
            tabs: tabs,
            user: user,
            log: exchange.visitor.may(.admin) ? "/actions" : nil,
            version: version,
            content: content
        )
        return .html(try renderer.render(frame, "layout"), status: status)
    }

    /// The address of a page's events: from before the page was read.
    private func events(_ scope: EventReader.Scope, after place: ChangeID) -> String {
        "/events?"
            + PercentEncoding.query([
                ("after", "\(place)"), ("suite", scope.suite.map { "\($0)" }), ("run", scope.run.map { "\($0)" }),
            ])
    }

    /// What the form that led here has done; the address holds a word and a number, never a text.
    private func notice(_ exchange: Exchange) -> String? {
        guard let word = exchange.request.parameter("did"), let action = RunAction(rawValue: word),
            let count = exchange.request.parameter("runs").flatMap({ Int($0) })
        else { return nil }
        return action.notice(count)
    }

    /// A page with a sentence.
    func message(_ exchange: Exchange, _ status: Int, _ title: String, _ text: String) throws -> WebResponse {
        struct Message {
            let text: String
            let href: String?
            let link: String
        }
        let view = Message(text: text, href: "/", link: "To the overview")
        return try page(exchange, title: title, current: "", status: status, "message", view)
    }

    func summary(of suite: SuiteID) async throws -> SuiteSummary? {
        try await summaries.summary(of: suite)
    }

    func suite(_ exchange: Exchange) async throws -> SuiteSummary {
        let number = try exchange.number("suite")
        guard let summary = try await summary(of: SuiteID(rawValue: number)) else {
            throw Problem(404, "there is no suite \(number)")
        }
        return summary
    }

    func run(_ exchange: Exchange) async throws -> RunRecord {
        let number = try exchange.number("run")
        guard let run = try await store.run(RunID(rawValue: number)) else {
            throw Problem(404, "there is no run \(number)")
        }
        return run
    }

    /// Runs by their numbers, without those that are not there.
    func runs(_ numbers: [RunID]) async throws -> [RunID: RunRecord] {
        Dictionary(uniqueKeysWithValues: try await store.runs(numbers).map { ($0.id, $0) })
    }

    /// A suite by its number or the newest of that name, as a filter names it.
    func suite(named text: String) async throws -> SuiteRecord? {
        // A number that is too long for one is a name.
        try await store.suite(named: text)
    }
}
