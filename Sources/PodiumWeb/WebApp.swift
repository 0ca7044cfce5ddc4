internal import FoundationEssentials
internal import PodiumCore
internal import PodiumExperiments
internal import PodiumPrimitives
internal import PodiumSpec
package import PodiumReport
package import PodiumStore

/// The dashboard and its API over a store: requests in, responses out.
package final class WebApp: Sendable {
    private let options: WebOptions
    private let gate: Gate
    private let hub: ChangeHub
    private let router: Router
    private let seal = FormSeal()
    private let fragments = FragmentCache()
    private let messagePage: @Sendable (Exchange, Int, String, String) throws -> WebResponse

    package init(
        store: PostgresStore,
        jobFiles: JobFiles,
        provenance: Report.Provenance,
        options: WebOptions
    ) throws {
        self.options = options
        gate = Gate(store: store, limits: options.limits)
        hub = ChangeHub(store: store)
        let pages = Pages(
            store: store,
            hub: hub,
            renderer: try PageRenderer(),
            rankings: Rankings(store: store, provenance: provenance, dataDirectory: options.dataDirectory),
            summaries: Summaries(store: store),
            budgets: Budgets(store: store),
            jobFiles: jobFiles,
            version: options.version
        )
        messagePage = pages.message
        let actions = Actions(store: store, jobFiles: jobFiles)
        let forms = FormPages(pages: pages, actions: actions, gate: gate)
        router = Router(
            routes: pages.routes(forms) + API(pages: pages, actions: actions, gate: gate).routes
                + ArtifactRoutes(store: store, shelf: options.dataDirectory.map(ArtifactShelf.init)).routes
        )
    }

    /// Follows the change feed until the task is cancelled; without it pages are not live.
    package func follow(interval: Duration = .seconds(1)) async {
        await hub.run(interval: interval)
    }

    /// Ends the streams of events of all open pages.
    package func endStreams() { hub.close() }

    /// The API's routes as `GET /api/v1/…` with the roles that they need.
    package var documentedRoutes: [(method: String, pattern: String, role: AccessRole?)] {
        router.routes.filter(\.isAPI).map { ($0.method.rawValue, $0.pattern, $0.role) }
    }

    /// All routes, for tests of roles.
    package var allRoutes: [(method: String, pattern: String, role: AccessRole?)] {
        router.routes.map { ($0.method.rawValue, $0.pattern, $0.role) }
    }

    // MARK: Answering

    /// Answers a request; never throws, whatever was asked.
    package func answer(_ request: WebRequest) async -> WebResponse {
        let isAPI = request.path.first == "api"
        var exchange = Exchange(
            request: request,
            parameters: [:],
            visitor: Visitor(),
            formCode: "",
            place: hub.place
        )
        var response: WebResponse
        do {
            guard isOurName(request.headers["host"]) else {
                throw Problem(421, "this is not the address of this dashboard; use the one that podium printed")
            }
            let newCookie = try await enter(&exchange)
            response = try await route(&exchange)
            if let newCookie, !isAPI {
                response.headers.append(
                    ("Set-Cookie", FormPages.cookie(Gate.visitorCookie, newCookie, seconds: 365 * 86400))
                )
            }
        } catch {
            response = describe(error, exchange, isAPI: isAPI)
        }
        return secured(response, isReport: Self.isReport(request))
    }

    /// Finds out who asks, and whether they ask too often; a first visit gets a cookie.
    private func enter(_ exchange: inout Exchange) async throws -> String? {
        let request = exchange.request
        guard let visitor = try await gate.visitor(request) else {
            if let seconds = await gate.waitForGuess(request.peer) { throw TooMany(seconds: seconds) }
            throw Problem(401, "there is no such token; `podium token create NAME --role ROLE` makes one")
        }
        exchange.visitor = visitor
        if let seconds = await gate.wait(
            visitor.name.map { "token \($0)" } ?? request.peer,
            writes: request.method == .post
        ) {
            throw TooMany(seconds: seconds)
        }
        var newCookie: String?
        if visitor.cookie == nil, request.headers["authorization"] == nil {
            newCookie = FormSeal.visitor()
            exchange.visitor.cookie = newCookie
        }
        // What is shared between visitors holds no one's code.
        if let cookie = exchange.visitor.cookie, request.headers["podium-fragment"] == nil {
            exchange.formCode = seal.code(for: cookie)
        }
        return newCookie
    }

    private func route(_ exchange: inout Exchange) async throws -> WebResponse {
        switch router.match(exchange.request) {
        case .nothing: throw Problem(404, "there is no such page")
        case .otherMethods(let methods):
            throw OtherMethod(allowed: methods.sorted().joined(separator: ", "))
        case .route(let route, let parameters):
            exchange.parameters = parameters
            if let role = route.role, !exchange.visitor.may(role) {
                return try await refuse(exchange, route, needs: role)
            }
            if route.method != .get { try checkOrigin(exchange, route) }
            guard exchange.request.headers["podium-fragment"] != nil else { return try await route.handler(exchange) }
            return try await fragments.response(exchange, route)
        }
    }

    /// Refuses what another site's page makes a browser send.
    private func checkOrigin(_ exchange: Exchange, _ route: Route) throws {
        let request = exchange.request
        if route.isAPI {
            // Browsers send no such header by themselves, so there is nothing to forge.
            guard !exchange.visitor.isByCookie else {
                throw Problem(403, "the API takes a token in the header Authorization, not in a cookie")
            }
            return
        }
        if let origin = request.headers["origin"], origin != "http://\(request.headers["host"] ?? "")" {
            throw Problem(403, "this form comes from another site")
        }
        if let site = request.headers["sec-fetch-site"], site != "same-origin", site != "none" {
            throw Problem(403, "this form comes from another site")
        }
        guard let code = request.form?.first(where: { $0.name == "form" })?.value,
            let cookie = request.cookies[Gate.visitorCookie], seal.accepts(code, for: cookie)
        else {
            throw Problem(403, "this form was not made for you, or is too old: load the page anew and send it again")
        }
    }

    private func refuse(_ exchange: Exchange, _ route: Route, needs role: AccessRole) async throws -> WebResponse {
        let isOpen = try await gate.isOpenToReaders()
        if exchange.visitor.role == nil, isNavigation(exchange, route) {
            let target = "/" + exchange.request.path.map(PercentEncoding.encode).joined(separator: "/")
            return .seeOther("/sign-in?next=\(PercentEncoding.encode(target))")
        }
        let hint =
            isOpen
            ? "nobody may change anything yet: make a token with `podium token create NAME --role \(role.rawValue)`"
            : "this needs a token with the role \(role.rawValue)"
        throw Problem(exchange.visitor.name == nil ? 401 : 403, hint)
    }

    /// Whether a browser asks for a page to show, rather than a script or a stream for what belongs to one.
    private func isNavigation(_ exchange: Exchange, _ route: Route) -> Bool {
        guard !route.isAPI, route.method == .get, route.pattern != Pages.eventsPattern else { return false }
        return exchange.request.headers["podium-fragment"] == nil
    }

    private struct OtherMethod: Error {
        var allowed: String
    }

    private struct TooMany: Error {
        var seconds: Double
    }

    /// What went wrong as a page, or as a document for programs.
    private func describe(_ error: any Error, _ exchange: Exchange, isAPI: Bool) -> WebResponse {
        var problem: Problem
        var extra: [(name: String, value: String)] = []
        switch error {
        case let error as Problem: problem = error
        case let error as OtherMethod:
            problem = Problem(405, "only \(error.allowed) can be sent here")
            extra = [("Allow", error.allowed)]
        case let error as TooMany:
            problem = Problem(429, "too many requests; wait a moment")
            extra = [("Retry-After", "\(Int(error.seconds) + 1)")]
        case let error as any DescribedError:
            let status =
                switch error.blame {
                case .input: 422
                case .job: 409
                case .world, .interruption: 503
                }
            // What the world did wrong may name hosts and paths, which are for the log of the machine.
            let text = status == 503 ? "the database cannot be asked now" : error.message
            problem = Problem(status, text, line: error.place?.line, column: error.place?.column)
            if let further = (error as? SpecError)?.further, !further.isEmpty {
                problem.further = further.map {
                    Problem.Mistake(detail: $0.message, line: $0.line, column: $0.place?.column)
                }
            }
        case is CancellationError: problem = Problem(503, "the dashboard is being stopped")
        default: problem = Problem(500, "something that should not happen: \(type(of: error))")
        }
        if problem.status == 401 { extra.append(("WWW-Authenticate", "Bearer realm=\"podium\"")) }
        var response: WebResponse
        if isAPI {
            response = (try? .problem(problem)) ?? WebResponse(status: problem.status)
        } else {
            response = errorPage(problem, exchange)
        }
        response.headers += extra
        return response
    }

    private func errorPage(_ problem: Problem, _ exchange: Exchange) -> WebResponse {
        let detail = problem.detail.sentence
        let page = try? messagePage(exchange, problem.status, problem.title, detail)
        return page
            ?? .html("<!DOCTYPE html><title>\(problem.title)</title><p>\(detail.escaped)", status: problem.status)
    }

    // MARK: Names and headers

    /// Whether a request was meant for us: a page of another site can make its own name stand for this machine.
    private func isOurName(_ host: String?) -> Bool {
        guard options.isLoopback else { return true }
        guard let host else { return false }
        let name = host.hasPrefix("[") ? host.prefix { $0 != "]" }.dropFirst() : host.prefix { $0 != ":" }
        if name == "localhost" || name == "::1" { return true }
        let numbers = name.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return numbers.count == 4 && numbers[0] == 127 && !numbers.contains(nil)
    }

    private static func isReport(_ request: WebRequest) -> Bool {
        guard let name = request.path.last, request.path.first == "suites" else { return false }
        return name == "report" || ReportHTML.fileNames.contains(name)
    }

    private func secured(_ response: WebResponse, isReport: Bool) -> WebResponse {
        var response = response
        // The report's own page says in its head what it may do: nothing but its own style.
        let policy =
            isReport
            ? "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
            : "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
                + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        response.headers += [
            ("Content-Security-Policy", policy), ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "same-origin"), ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ]
        if response.value(of: "Cache-Control") == nil { response.headers.append(("Cache-Control", "no-store")) }
        return response
    }
}
