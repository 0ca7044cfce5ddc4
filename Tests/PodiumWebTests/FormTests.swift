import PodiumCore
import PodiumStore
import PodiumTestSupport
import PodiumWeb
import Testing

/// What people do by the forms of pages, and programs by the API.
@Suite(.database)
struct FormTests {
    @Test func selectedRunsAreCancelledAndRetried() async throws {
        let site = try await Site.make()
        let suite = try await site.store.submit(Site.submission(name: "a", seeds: 3))
        let token = try await site.token(.operator)
        let first = try #require(suite.runs["tiny/glue/MRPC/seed-1"])
        let second = try #require(suite.runs["tiny/glue/MRPC/seed-2"])
        let cancel = try await site.form(
            "/actions",
            [("action", "cancel"), ("run", "\(first)"), ("run", "\(second)"), ("back", "/queue")],
            token: token
        )
        #expect(cancel.value(of: "Location") == "/queue?did=cancel&runs=2")
        #expect(try await site.store.runCounts(suite: suite.suite)[.cancelled] == 2)
        let retry = try await site.form(
            "/actions",
            [("action", "retry-all"), ("suite", "\(suite.suite)"), ("back", "//evil.example/")],
            token: token
        )
        #expect(retry.value(of: "Location") == "/queue?did=retry&runs=2")
        #expect(try await site.store.runCounts(suite: suite.suite)[.cancelled] == nil)
        await site.store.close()
    }

    @Test func aViewIsSavedShownReplacedAndForgotten() async throws {
        let site = try await Site.make()
        _ = try await site.fill()
        let token = try await site.token(.operator)
        func change(_ what: String, _ name: String, _ query: String) async throws -> WebResponse {
            try await site.form("/views", [("do", what), ("name", name), ("query", query)], token: token)
        }
        let query = "task=glue%2FMRPC&sort=system"
        #expect(try await change("save", "mine <b>", query).value(of: "Location") == "/history?" + query)
        _ = try await change("save", "other", "sort=score")
        _ = try await change("save", "other", "sort=task")
        let page = try await site.get("/history?" + query, token: token).text
        #expect(page.contains("<a href=\"/history?task=glue%2FMRPC&amp;sort=system\" aria-current=\"true\""))
        #expect(page.contains("mine &lt;b&gt;") && !page.contains("sort=score\""))
        // A heading for each system.
        #expect(page.contains("<th scope=\"rowgroup\" colspan=\"10\"><bdi>tiny</bdi>"))
        #expect(try await change("remove", "other", "sort=task").status == 303)
        #expect(try await site.store.savedViews().map(\.name) == ["mine <b>"])
        #expect(try await site.get("/api/v1/views", token: token).text.contains("task=glue%2FMRPC"))
        for (name, query) in [("", "sort=task"), ("x", "a b"), (String(repeating: "x", count: 101), "sort=task")] {
            #expect(try await change("save", name, query).status == 422)
        }
        #expect(try await site.store.actions(before: nil, limit: 10).filter { $0.action == "save view" }.count == 3)
        await site.store.close()
    }

    @Test func runsAreHeldReleasedAndMovedByFormAndByAPI() async throws {
        let site = try await Site.make()
        let suite = try await site.store.submit(Site.submission(name: "a", seeds: 3))
        let token = try await site.token(.operator)
        let last = try #require(suite.runs["tiny/glue/MRPC/seed-3"])
        let hold = try await site.form("/actions", [("action", "hold"), ("run", "\(last)")], token: token)
        #expect(hold.value(of: "Location") == "/queue?did=hold&runs=1")
        // Held runs are no part of the queue: they have a list, a state and a number of their own.
        let queue = try await site.get("/queue", token: token).text
        #expect(queue.contains("<h2 id=\"held-title\">Held <small>1</small></h2>") && queue.contains("state held"))
        #expect(queue.contains("<h2 id=\"ready-title\">In the queue <small>2</small></h2>"))
        let document = try await site.get("/api/v1/queue", token: token).text
        #expect(document.contains("\"held\":1") && document.contains("\"standing\":\"held\""))
        #expect(document.contains("\"ready\":2"))
        #expect(
            try await site.get("/api/v1/runs?state=held", token: token).text.contains("\"id\":\(last),\"isHeld\":true")
        )
        #expect(try await site.get("/", token: token).text.contains("/queue#held-title"))
        #expect(try await site.get("/suites/\(suite.suite)", token: token).text.contains("<td class=\"held\""))
        #expect(try await site.get("/runs/\(last)", token: token).text.contains("value=\"release\""))
        let release = try await site.form(
            "/actions",
            [("action", "release-all"), ("suite", "\(suite.suite)")],
            token: token
        )
        #expect(release.value(of: "Location") == "/queue?did=release&runs=1")
        let front = try await site.form("/actions", [("action", "front"), ("run", "\(last)")], token: token)
        #expect(front.value(of: "Location") == "/queue?did=front&runs=1")
        #expect(try await site.store.place(of: last) == 1)
        func post(_ path: String, _ body: String) async throws -> WebResponse {
            try await site.send(
                "POST",
                path,
                token: token,
                headers: ["content-type": "application/json"],
                body: body
            )
        }
        #expect(try await post("/api/v1/back", "{\"runs\": [\(last)]}").text.contains("[\(last)]"))
        #expect(try await site.store.place(of: last) == 3)
        #expect(try await post("/api/v1/priority", "{\"runs\": [\(last)], \"priority\": 2}").status == 200)
        #expect(try await site.store.run(last)?.priority == 2)
        #expect(try await site.store.place(of: last) == 1)
        #expect(try await post("/api/v1/priority", "{\"runs\": [\(last)]}").status == 422)
        #expect(try await post("/api/v1/priority", "{\"suite\": 1, \"priority\": 1001}").status == 422)
        #expect(try await post("/api/v1/hold", "{\"suite\": \(suite.suite)}").status == 200)
        #expect(try await site.store.runs(suite: suite.suite, includingTerminal: false).allSatisfy(\.isHeld))
        let log = try await site.store.actions(before: nil, limit: 10)
        #expect(log.map(\.action) == ["hold", "priority 2", "back", "front", "release", "hold"])
        await site.store.close()
    }

    /// A run that took over another's result says so wherever it is shown.
    @Test func everythingIsRunAnewWhereTheFormOrTheAddressSaysSo() async throws {
        let site = try await Site.make()
        let token = try await site.token(.operator)
        func mayReuse(_ suite: Int64) async throws -> [Bool] {
            let suite = SuiteID(rawValue: suite)
            return try await site.store.runs(suite: suite, includingTerminal: true).map(\.spec.mayReuse)
        }
        func number(_ response: WebResponse) throws -> Int64 {
            let place = try #require(response.value(of: "Location")?.split(separator: "/").last)
            return try #require(Int64(place))
        }
        let check = try await site.form("/submit", [("yaml", "name: x"), ("do", "check")], token: token).text
        #expect(check.contains("1 of 2 runs is here already.") && check.contains("<small>3 runs</small>"))
        #expect(check.contains("name=\"fresh\" value=\"1\">"))
        let fresh = try await site.form(
            "/submit",
            [("yaml", "name: x"), ("do", "check"), ("fresh", "1")],
            token: token
        ).text
        #expect(!fresh.contains("is here already") && fresh.contains("name=\"fresh\" value=\"1\" checked"))
        for (fields, expected) in [([("fresh", "1")], false), ([], true)] {
            let done = try await site.form("/submit", [("yaml", "name: x"), ("do", "submit")] + fields, token: token)
            #expect(Set(try await mayReuse(try number(done))) == [expected])
        }
        func post(_ query: String) async throws -> WebResponse {
            try await site.send(
                "POST",
                "/api/v1/suites\(query)",
                token: token,
                headers: ["content-type": "application/yaml"],
                body: "name: x"
            )
        }
        for (query, expected) in [("?fresh=true", false), ("?fresh=false", true), ("", true)] {
            #expect(Set(try await mayReuse(try number(try await post(query)))) == [expected])
        }
        #expect(try await post("?fresh=1").status == 400)
        let actions = try await site.store.actions(before: nil, limit: 10)
        #expect(actions.count { $0.target.hasSuffix(", all anew") } == 2)
        await site.store.close()
    }
}
