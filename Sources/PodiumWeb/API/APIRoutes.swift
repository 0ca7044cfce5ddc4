internal import FoundationEssentials
internal import PodiumCore
internal import PodiumExperiments
internal import PodiumPrimitives
internal import PodiumReport
internal import PodiumStore
internal import PodiumWebAssets

/// The API: `web/openapi.json` says what each route takes and answers, and a test holds the two together.
struct API: Sendable {
    let pages: Pages
    let actions: Actions
    let gate: Gate

    private var store: PostgresStore { pages.store }

    var routes: [Route] {
        [
            Route(.get, "/api/v1/openapi.json", nil) { _ in
                WebResponse(type: "application/json", WebAssets.openAPI)
            },
            Route(.get, "/api/v1/suites", .reader, suites),
            Route(.post, "/api/v1/suites", .operator, submit),
            Route(.get, "/api/v1/suites/{suite}", .reader, suite),
            Route(.get, "/api/v1/suites/{suite}/runs", .reader, runs),
            Route(.get, "/api/v1/suites/{suite}/leaderboard", .reader) { exchange in
                try await pages.leaderboardFile(exchange, .json)
            },
            Route(.get, "/api/v1/runs", .reader, find),
            Route(.get, "/api/v1/runs/{run}", .reader, run),
            Route(.get, "/api/v1/runs/{run}/metrics", .reader, metricNames),
            Route(.get, "/api/v1/runs/{run}/metrics/{name}", .reader, metric),
            Route(.get, "/api/v1/runs/{run}/log", .reader, log),
            Route(.post, "/api/v1/priority", .operator, setPriority),
            Route(.get, "/api/v1/queue", .reader, queue),
            Route(.get, "/api/v1/workers", .reader, workers),
            Route(.get, "/api/v1/budgets", .reader) { _ in try .json(Page(items: try await store.budgets())) },
            Route(.get, "/api/v1/views", .reader) { _ in try .json(Page(items: try await store.savedViews())) },
            Route(.get, "/api/v1/events", .reader, pages.events),
            Route(.get, "/api/v1/actions", .admin, actionLog),
        ]
            + RunAction.allCases.map { action in
                Route(.post, "/api/v1/\(action.rawValue)", .operator) { exchange in try await act(exchange, action) }
            }
    }

    // MARK: Suites

    private struct SuiteDocument: Encodable {
        var id: Int64
        var name: String
        var kind: String
        var submittedAt: Double
        var endedAt: Double?
        var runs: [String: Int]
        /// Runs that wait for one that failed.
        var stuck: Int
        var tags: [String]
        var note: String
        /// Absent where the suite was not put away.
        var archivedAt: Double?
        /// Runs that took over another run's result; of a suite that is asked for by itself.
        var reused: Int?
        /// Of a suite that is asked for by itself.
        var seeds: SeedPlanDocument?

        init(_ suite: SuiteSummary) {
            id = suite.id.rawValue
            name = suite.name
            kind = suite.kind.rawValue
            submittedAt = suite.submittedAt
            endedAt = suite.endedAt
            runs = Dictionary(uniqueKeysWithValues: suite.runs.map { ($0.key.rawValue, $0.value) })
            stuck = suite.stuck
            tags = suite.tags
            note = suite.note
            archivedAt = suite.archivedAt
        }
    }

    private struct Page<Item: Encodable>: Encodable {
        var items: [Item]
        /// The query that has what comes next; absent at the end.
        var next: String?
    }

    private func suites(_ exchange: Exchange) async throws -> WebResponse {
        let limit = try exchange.count("limit", default: 100, upTo: 1000)
        let before = try exchange.place("before").map { SuiteID(rawValue: $0) }
        let suites = try await pages.summaries.page(before: before, limit: limit)
        let next = suites.count == limit ? suites.last.map { "before=\($0.id)&limit=\(limit)" } : nil
        return try .json(Page(items: suites.map(SuiteDocument.init), next: next))
    }

    private func suite(_ exchange: Exchange) async throws -> WebResponse {
        let suite = try await pages.suite(exchange)
        var document = SuiteDocument(suite)
        document.reused = try await store.reusedRuns(of: suite.id)
        document.seeds = try await pages.seedPlan(of: suite.id).map { SeedPlanDocument($0, $1) }
        return try .json(document)
    }

    private func runs(_ exchange: Exchange) async throws -> WebResponse {
        let suite = try await pages.suite(exchange)
        let limit = try exchange.count("limit", default: 100, upTo: 1000)
        var after: RunRecord?
        if let number = try exchange.place("after") {
            guard let run = try await store.run(RunID(rawValue: number)), run.suite == suite.id else {
                throw Problem(400, "after is a run of the suite, not \(number)")
            }
            after = run
        }
        let runs = try await store.runs(suite: suite.id, includingTerminal: true, after: after, limit: limit)
        let next = runs.count == limit ? runs.last.map { "after=\($0.id)&limit=\(limit)" } : nil
        return try .json(Page(items: runs, next: next))
    }

    private func submit(_ exchange: Exchange) async throws -> WebResponse {
        guard ["application/yaml", "text/yaml", "application/x-yaml"].contains(exchange.request.contentType) else {
            throw Problem(415, "send the job file as application/yaml")
        }
        guard let yaml = String(validating: exchange.request.body, as: UTF8.self) else {
            throw Problem(422, "the job file is not UTF-8 text")
        }
        let suite = try await actions.submit(yaml, isFresh: try exchange.flag("fresh"), by: exchange.visitor)
        struct Document: Encodable {
            var suite: Int64
            var runs: [String: Int64]
        }
        let document = Document(suite: suite.suite.rawValue, runs: suite.runs.mapValues(\.rawValue))
        return try .json(document, status: 201).header("Location", "/api/v1/suites/\(suite.suite)")
    }

    // MARK: Runs

    private func find(_ exchange: Exchange) async throws -> WebResponse {
        let query = try await RunQuery(exchange, store)
        let limit = try exchange.count("limit", default: 100, upTo: 1000)
        let number = try exchange.count("page", default: 1, upTo: 10_000)
        let (entries, hasMore) = try await pages.find(query, page: number, limit: limit)
        let records = try await pages.runs(entries.map(\.id))
        let runs = entries.compactMap { records[$0.id] }
        return try .json(Page(items: runs, next: hasMore ? query.address(page: number + 1) + "&limit=\(limit)" : nil))
    }

    private func run(_ exchange: Exchange) async throws -> WebResponse {
        struct Document: Encodable {
            var run: RunRecord
            /// In the queue of the run's device.
            var place: Int?
            var attempts: [AttemptRecord]
            var result: RunResult?
            var artifacts: [ArtifactRecord]
        }
        let run = try await pages.run(exchange)
        return try .json(
            Document(
                run: run,
                place: run.state == .ready ? try await store.place(of: run.id) : nil,
                attempts: try await store.attempts(of: run.id),
                result: try await store.result(of: run.id),
                artifacts: try await store.artifacts(of: run.id)
            )
        )
    }

    private func metricNames(_ exchange: Exchange) async throws -> WebResponse {
        let run = try await pages.run(exchange)
        return try .json(Page(items: try await store.metricNames(of: [run.id])))
    }

    private func metric(_ exchange: Exchange) async throws -> WebResponse {
        let run = try await pages.run(exchange)
        let limit = try exchange.count("limit", default: 1000, upTo: 10_000)
        let name = exchange.parameters["name"] ?? ""
        guard !name.utf8.contains(0) else { throw Problem(400, "a metric's name has no zero byte") }
        return try .json(Page(items: try await store.metricPoints(of: run.id, name: name, limit: limit)))
    }

    private func log(_ exchange: Exchange) async throws -> WebResponse {
        let run = try await pages.run(exchange)
        let limit = try exchange.count("limit", default: 1000, upTo: 10_000)
        let lines = try await store.logLines(of: run.id, after: try exchange.place("after") ?? 0, limit: limit)
        let next = lines.count == limit ? lines.last.map { "after=\($0.sequence)&limit=\(limit)" } : nil
        return try .json(Page(items: lines, next: next))
    }

    /// What an action is done to: these runs, or all of a suite that it could do something to.
    private struct Selection: Decodable {
        var runs: [Int64]?
        var suite: Int64?
        /// Of the route `priority` alone.
        var priority: Int?
    }

    private struct Done: Encodable {
        var runs: [Int64]
    }

    private func act(_ exchange: Exchange, _ action: RunAction) async throws -> WebResponse {
        let selection = try selection(exchange, #"{"runs": [1, 2]} or {"suite": 1}"#) { $0.priority == nil }
        let (runs, target) = try await self.runs(selection, for: action)
        let done = runs.isEmpty ? [] : try await actions.carryOut(action, runs, target: target, by: exchange.visitor)
        return try .json(Done(runs: done.map(\.rawValue)))
    }

    private func setPriority(_ exchange: Exchange) async throws -> WebResponse {
        let form =
            #"{"runs": [1, 2], "priority": 5} or {"suite": 1, "priority": 5}, with a priority from -1000 to 1000"#
        let selection = try selection(exchange, form) { $0.priority.map(QueueMove.priorities.contains) ?? false }
        let (runs, target) = try await self.runs(selection, for: .front)
        let priority = selection.priority ?? 0
        let done =
            runs.isEmpty
            ? [] : try await actions.setPriority(priority, of: runs, target: target, by: exchange.visitor)
        return try .json(Done(runs: done.map(\.rawValue)))
    }

    private func selection(
        _ exchange: Exchange,
        _ form: String,
        _ isValid: (Selection) -> Bool
    ) throws -> Selection {
        guard exchange.request.contentType == "application/json" else {
            throw Problem(415, "send the selection as application/json")
        }
        guard let selection = try? JSONDecoder().decode(Selection.self, from: Data(exchange.request.body)),
            (selection.runs == nil) != (selection.suite == nil), isValid(selection)
        else { throw Problem(422, "the selection is \(form)") }
        return selection
    }

    private func runs(_ selection: Selection, for action: RunAction) async throws -> (runs: [RunID], target: String) {
        var runs: [RunID]
        var target: String
        if let number = selection.suite {
            guard let suite = try await pages.summary(of: SuiteID(rawValue: number)) else {
                throw Problem(404, "there is no suite \(number)")
            }
            runs = try await actions.runs(of: suite.id, for: action)
            target = "all of suite \(number)"
        } else {
            runs = (selection.runs ?? []).map { RunID(rawValue: $0) }
            target = runs.target
            guard runs.count <= Actions.runLimit else {
                throw Problem(422, "a request names at most \(Actions.runLimit) runs")
            }
        }
        return (runs, target)
    }

    // MARK: The rest

    private func queue(_ exchange: Exchange) async throws -> WebResponse {
        struct Item: Encodable {
            var run: RunRecord
            /// In the queue of the run's device, from 1; only of those that are ready.
            var place: Int?
            /// Why it waits, in words.
            var why: String
        }
        struct Document: Encodable {
            /// Counting ends at 10,000.
            var counts: [String: Int]
            var items: [Item]
        }
        let limit = try exchange.count("limit", default: 100, upTo: 1000)
        let queue = try await store.queue(suite: nil, limit: limit)
        let places = Dictionary(uniqueKeysWithValues: queue.ready.map { ($0.run, $0.place) })
        let order = queue.running + queue.ready.map(\.run) + queue.held + queue.waiting + queue.blocked
        let records = try await pages.runs(order)
        let items = order.compactMap { id in
            records[id].map { Item(run: $0, place: places[id], why: $0.why(places[id])) }
        }
        let counts = Dictionary(uniqueKeysWithValues: queue.counts.map { ($0.key.rawValue, $0.value) })
        return try .json(Document(counts: counts, items: items))
    }

    private func workers(_ exchange: Exchange) async throws -> WebResponse {
        let limit = try exchange.count("limit", default: 100, upTo: 1000)
        return try .json(Page(items: try await store.workers(limit: limit)))
    }

    private func actionLog(_ exchange: Exchange) async throws -> WebResponse {
        let limit = try exchange.count("limit", default: 100, upTo: 1000)
        let records = try await store.actions(before: try exchange.place("before"), limit: limit)
        let next = records.count == limit ? records.last.map { "before=\($0.id)&limit=\(limit)" } : nil
        return try .json(Page(items: records, next: next))
    }
}

extension Exchange {
    /// `true` or `false` in the query; false where it is missing.
    func flag(_ name: String) throws -> Bool {
        switch request.parameter(name) {
        case nil, "false": return false
        case "true": return true
        case let text?: throw Problem(400, "\(name) is true or false, not \"\(text.prefix(40))\"")
        }
    }

    /// A number in the query from which to read on; an error for what is none.
    func place(_ name: String) throws -> Int64? {
        guard let text = request.parameter(name) else { return nil }
        guard let number = Int64(text), number >= 0 else {
            throw Problem(400, "\(name) is a number, not \"\(text.prefix(40))\"")
        }
        return number
    }
}
