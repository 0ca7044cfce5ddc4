import PodiumCore
import PodiumStore
import PodiumTestSupport
import PodiumWeb
import Testing

/// What pages show, and that they show it safely.
@Suite(.database)
struct PageTests {
    private static let hostile = "<script>alert(1)</script>\"'\u{301} ]]> \u{202E}&\u{0}"

    private func pages(_ suite: SubmittedSuite) -> [String] {
        let runs = suite.runs.values.map(\.rawValue).sorted()
        return [
            "/", "/queue", "/suites", "/workers", "/submit", "/sign-in", "/leaderboard", "/compare",
            "/suites/\(suite.suite)", "/suites/\(suite.suite)/graph", "/suites/\(suite.suite)/leaderboard",
            "/compare?runs=\(runs[0]),\(runs[1])",
        ] + runs.map { "/runs/\($0)" }
    }

    @Test func everyPageIsWholeAndAsksForNothingElse() async throws {
        let site = try await Site.make()
        let suite = try await site.fill()
        for path in pages(suite) {
            let response = try await site.get(path)
            let text = try response.text
            #expect(response.status == 200, "\(path): \(response.status)")
            #expect(text.hasPrefix("<!DOCTYPE html>") && text.contains("</html>") && text.contains("<h1>"), "\(path)")
            #expect(!text.contains("{{") && !text.contains("}}"), "\(path)")
            #expect(!text.contains(" style=") && !text.contains("<style") && !text.contains("javascript:"), "\(path)")
            #expect(text.matches(of: #/<script(?! src="\/assets\/)/#).isEmpty, "\(path)")
            #expect(text.matches(of: #/(src|href)="(https?:|\/\/)/#).isEmpty, "\(path)")
            let policy = try #require(response.value(of: "Content-Security-Policy"))
            #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
        }
        await site.store.close()
    }

    @Test func hostileNamesAreTextEverywhere() async throws {
        let site = try await Site.make()
        let suite = try await site.fill(name: Self.hostile)
        let token = try await site.token(.admin)
        for path in pages(suite) + [
            "/queue?suite=\(PercentEncoding.encode(Self.hostile.replacing("\0", with: "\u{FFFD}")))", "/actions",
        ] {
            let text = try await site.get(path, token: token).text
            #expect(!text.contains("<script>alert"), "\(path)")
            #expect(!text.contains("\u{0}"), "\(path)")
        }
        #expect(try await site.get("/suites/\(suite.suite)", token: token).text.contains("&lt;script&gt;alert(1)"))
        await site.store.close()
    }

    @Test func theMatrixShowsValuesAndProgress() async throws {
        let site = try await Site.make()
        let suite = try await site.fill()
        let text = try await site.get("/suites/\(suite.suite)").text
        #expect(text.contains("seed 1") && text.contains("seed 2") && text.contains("MRPC"))
        #expect(text.contains(">75.0</b>") && text.contains(">50%</b>"))
        #expect(text.contains("class=\"spark\""))
        // What has scores comes before the report, whatever their names are.
        let scored = try #require(text.firstRange(of: "<bdi>tiny</bdi> <small>"))
        let report = try #require(text.firstRange(of: "<bdi>first</bdi> <small>"))
        #expect(scored.lowerBound < report.lowerBound)
        await site.store.close()
    }

    @Test func theQueueSaysPlaceAndReason() async throws {
        let site = try await Site.make()
        _ = try await site.fill()
        let more = try await site.store.submit(Site.submission(name: "more", seeds: 3))
        let text = try await site.get("/queue").text
        #expect(text.contains("next in the queue") && text.contains("2 before it"))
        #expect(text.contains("waits for run") || text.contains("waits for 3 runs"))
        let filtered = try await site.get("/queue?suite=more").text
        #expect(filtered.contains(">more</bdi>") && !filtered.contains(">first</bdi>"))
        #expect(try await site.get("/queue?suite=nothing").status == 404)
        let second = try #require(more.runs["tiny/glue/MRPC/seed-2"])
        #expect(try await site.get("/runs/\(second)").text.contains("Place in the queue"))
        await site.store.close()
    }

    @Test func theRunShowsCurveLogAndAttempts() async throws {
        let site = try await Site.make()
        let suite = try await site.fill()
        let run = try #require(suite.runs["tiny/glue/MRPC/seed-1"])
        let text = try await site.get("/runs/\(run)").text
        #expect(text.contains("<path class=\"line\"") && text.contains("loss of run \(run)"))
        #expect(text.contains("a &lt;b&gt;line&lt;/b&gt;") && text.contains("trouble"))
        #expect(text.contains("0.8000") && text.contains("learningRate"))
        #expect(text.contains("<dt>Score</dt><dd><bdi>75.00</bdi>"))
        let found = try await site.get("/runs/\(run)?log=TROUBLE").text
        #expect(found.contains("trouble") && !found.contains("&lt;b&gt;line"))
        await site.store.close()
    }

    @Test func allMistakesInAJobFileAreShownAtTheirLinesAndNothingIsQueued() async throws {
        let site = try await Site.make()
        let token = try await site.token(.operator)
        let wrong =
            "name: x\nkind: pretrain\nmodel: {preset: tiny}\ncorpus: sample\ntraining: {maxDurations: 1s}\n\n\n\nfoo: 1\n"
        for what in ["submit", "check"] {
            let answer = try await site.form("/submit", [("yaml", wrong), ("do", what)], token: token)
            let text = try answer.text
            #expect(answer.status == 422)
            #expect(text.contains("data-line=\"5\">Line 5</a>") && text.contains("data-line=\"9\">Line 9</a>"))
            #expect(text.matches(of: /<span class="wrong">/).count == 2 && text.contains("<i>7</i>"))
        }
        let answer = try await site.send(
            "POST",
            "/api/v1/suites",
            token: token,
            headers: ["content-type": "application/yaml"],
            body: wrong
        )
        let text = try answer.text
        #expect(
            answer.status == 422 && text.contains("\"further\":[{") && text.contains("maxDuration")
                && text.contains("foo")
        )
        #expect(try await site.store.suites().isEmpty)
        await site.store.close()
    }

    @Test func aJobFileIsCheckedOrSubmittedAsTheFormSays() async throws {
        let site = try await Site.make()
        let token = try await site.token(.operator)
        let good = try await site.form("/submit", [("yaml", "name: x"), ("do", "submit")], token: token)
        #expect(good.status == 303 && good.value(of: "Location")?.hasPrefix("/suites/") == true)
        #expect(try await site.store.suites().count == 1)
        let check = try await site.form("/submit", [("yaml", "name: x"), ("do", "check")], token: token)
        #expect(check.status == 200)
        #expect(try check.text.contains("tiny/glue/MRPC/seed-2"))
        #expect(try await site.store.suites().count == 1)
        await site.store.close()
    }

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
    @Test func whatWasTakenOverIsSaidOnRunAndSuiteAndInTheAPI() async throws {
        let site = try await Site.make()
        let worker = try await site.store.registerWorker(
            WorkerRegistration(host: "here", processID: 7, pool: "cpu", threads: 2, version: "test"),
            leaseSeconds: 600
        )
        func claim() async throws -> Claim {
            try #require(try await site.store.claim(for: worker, pool: "cpu", threads: 2, limit: 1).first)
        }
        let first = try await site.store.submit(Site.submission(name: "first", seeds: 1))
        let source = try await claim()
        var result = RunResult(metrics: ["f1": 0.8], score: 0.8, examples: 100)
        result.workKey = "k"
        #expect(try await site.store.finish(source.lease, outcome: .succeeded(result)))
        _ = try await site.store.cancel([try #require(first.runs["report"])])
        let second = try await site.store.submit(Site.submission(name: "second", seeds: 2))
        let heir = try await claim()
        #expect(try await site.store.reuse(source.lease.run, for: heir.lease) == .taken)
        let page = try await site.get("/suites/\(second.suite)").text
        #expect(
            page.contains("1 of 3 runs took over the result of the same work")
                && page.contains("result taken over, 80.0")
        )
        let other = try await site.get("/suites/\(first.suite)").text
        #expect(!other.contains("taken over") && !other.contains("took over"))
        let run = try await site.get("/runs/\(heir.lease.run)").text
        #expect(
            run.contains("Result taken over from") && run.contains("<a href=\"/runs/\(source.lease.run)\"><bdi>run")
        )
        #expect(try await site.get("/api/v1/suites/\(second.suite)").text.contains("\"reused\":1"))
        #expect(try await site.get("/api/v1/suites/\(first.suite)").text.contains("\"reused\":0"))
        #expect(try await site.get("/api/v1/runs/\(heir.lease.run)").text.contains("\"reusedFrom\":{"))
        await site.store.close()
    }

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

    @Test func budgetsAreOnTheOverviewAndSayWhyRunsWait() async throws {
        let site = try await Site.make()
        #expect(try await !site.get("/").text.contains("Budgets of projects"))
        #expect(try await site.get("/api/v1/budgets").text == "{\"items\":[]}")
        var submission = Site.submission(name: "a", seeds: 3)
        submission.project = "parsing"
        _ = try await site.store.submit(submission)
        try await site.store.setBudget("parsing", hours: 0, from: nil)
        try await site.store.setBudget("other", hours: 250, from: 0)
        let overview = try await site.get("/").text
        #expect(overview.contains("Budgets of projects") && overview.contains("used up: its runs wait"))
        #expect(overview.contains("<bdi>other</bdi>") && overview.contains("0.00 of 250 h"))
        let queue = try await site.get("/queue").text
        #expect(queue.contains("The budget of project parsing is used up: 3 runs wait until it has more hours."))
        let document = try await site.get("/api/v1/budgets").text
        #expect(document.contains("\"project\":\"parsing\"") && document.contains("\"isSpent\":true"))
        await site.store.close()
    }

    @Test func runsThatABudgetHoldsBackAreBeforeNobody() async throws {
        let site = try await Site.make()
        var submission = Site.submission(name: "a", seeds: 3)
        submission.project = "parsing"
        _ = try await site.store.submit(submission)
        let suite = try await site.store.submit(Site.submission(name: "b", seeds: 2))
        // Its report waits for them.
        let runs = suite.runs.filter { $0.key != "report" }.values.sorted()
        _ = try await site.store.reorder(runs, .back)
        func places() async throws -> [Int?] {
            let queue = try await site.store.queue(suite: suite.suite, limit: 10)
            var places: [Int?] = []
            for run in runs {
                let place = try await site.store.place(of: run)
                #expect(queue.ready.first { $0.run == run }?.place == place)
                places.append(place)
            }
            return places
        }
        #expect(try await places() == [4, 5])
        try await site.store.setBudget("parsing", hours: 0, from: nil)
        #expect(try await places() == [1, 2])
        // Those that wait for hours stay in the list.
        #expect(try await site.store.queue(suite: nil, limit: 10).ready.map(\.place) == [1, 1, 1, 1, 2])
        try await site.store.setBudget("parsing", hours: 9, from: nil)
        #expect(try await places() == [4, 5])
        await site.store.close()
    }

    @Test func aRunThatWasPutBackHasNoTime() async throws {
        let site = try await Site.make()
        let suite = try await site.fill()
        let running = try #require(suite.runs["tiny/glue/MRPC/seed-2"])
        let record = try #require(try await site.store.run(running))
        #expect(record.isRunningOrOver && (record.elapsed(now: 2e9) ?? 0) > 0)
        var waiting = record
        waiting.state = .ready
        #expect(waiting.startedAt != nil && !waiting.isRunningOrOver && waiting.elapsed(now: 2e9) == nil)
        await site.store.close()
    }

    @Test(arguments: ["/runs/0", "/runs/x", "/runs/99999999999999999999", "/suites/7", "/nothing", "/compare?runs=x"])
    func whatIsNotThereIsSaidSo(path: String) async throws {
        let site = try await Site.make()
        let response = try await site.get(path)
        #expect([400, 404].contains(response.status), "\(response.status)")
        #expect(try response.text.contains("<h1>"))
        await site.store.close()
    }
}

/// The pieces of a request.
struct RequestTests {
    private func parse(_ target: String, headers: [String: String] = [:], body: String = "") -> WebRequest? {
        WebRequest(method: "GET", target: target, headers: headers, body: Array(body.utf8), peer: "here")
    }

    @Test func pathAndQueryAreDecoded() throws {
        let request = try #require(parse("/a%20b/c?x=1%202&y=%C3%A9&x=3&empty="))
        #expect(request.path == ["a b", "c"])
        #expect(request.query.map(\.value) == ["1 2", "é", "3", ""])
        #expect(request.parameter("x") == "1 2" && request.parameter("empty") == nil)
    }

    @Test(arguments: ["/%", "/%4", "/%00", "/%zz", "/%ff", "nothing", "", "/a?x=%ff"])
    func brokenEscapesAreRefused(target: String) {
        #expect(parse(target) == nil)
    }

    @Test func whatIsEncodedIsDecodedAgain() {
        let texts = ["", "a&b=c", "é %+", "\t\n", "🙂"]
        let query = PercentEncoding.query(texts.map { ("n", Optional("x\($0)")) })
        #expect(PercentEncoding.fields(query[...])?.map(\.value) == texts.map { "x\($0)" })
    }

    @Test func formsAreReadOnlyAsSuch() {
        let form = ["content-type": "application/x-www-form-urlencoded; charset=utf-8"]
        #expect(parse("/", headers: form, body: "a=1+2")?.form?.first?.value == "1 2")
        #expect(parse("/", headers: ["content-type": "text/plain"], body: "a=1")?.form == nil)
    }
}
