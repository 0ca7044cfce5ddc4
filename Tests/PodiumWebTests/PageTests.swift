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
