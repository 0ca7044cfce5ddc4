import Foundation
import PodiumCore
import PodiumExperiments
import PodiumLibrary
import PodiumMigrations
import PodiumStore
import PodiumTestSupport
import PodiumWeb
import Testing

/// What pages, the API and the commands' rankings show after something was deleted, put away, labelled or brought in, each
/// having been shown before.
@Suite(.database)
struct FreshnessTests {
    private struct World {
        let site: Site
        let folder: String

        func text(_ address: String, status: Int = 200) async throws -> String {
            let response = try await site.get(address)
            #expect(response.status == status, "\(address)")
            return try response.text
        }

        /// Pages and documents that name the systems of a suite.
        func addresses(of suite: SuiteID) -> [String] {
            [
                "/suites/\(suite)", "/suites/\(suite)/leaderboard", "/suites/\(suite)/leaderboard.json",
                "/suites/\(suite)/leaderboard.csv", "/suites/\(suite)/report", "/suites/\(suite)/graph",
                "/api/v1/suites/\(suite)/leaderboard", "/api/v1/suites/\(suite)/runs", "/api/v1/runs", "/history",
                "/history?suite=\(suite)", "/leaderboard", "/",
            ]
        }

        /// Which of these addresses name a system.
        func naming(_ system: String, _ addresses: [String]) async throws -> [String] {
            var found: [String] = []
            for address in addresses where try await text(address).contains(system) { found.append(address) }
            return found
        }

        func best() async throws -> [String] {
            BestRanking(.mrpc, try await site.store.configurations(HistoryFilter(task: .mrpc)))
                .groups.flatMap { $0.rows.map(\.system) }.sorted()
        }

        func trend(_ system: String) async throws -> [SuiteID] {
            var filter = HistoryFilter(task: .mrpc)
            filter.system = NamePattern(system)
            return Trend(system, try await site.store.configurations(filter)).points.map(\.suite)
        }

        /// Runs on MRPC that left answers, of a system each.
        @discardableResult
        func add(_ systems: [String], to name: String) async throws -> (suite: SuiteID, runs: [String: RunID]) {
            let planned = systems.map { system in
                PlannedRun(
                    spec: RunSpec(
                        name: "\(system)/glue/MRPC/seed-1",
                        system: system,
                        work: .finetune(FineTuning(model: .preset("tiny"), task: .mrpc, seed: 1))
                    )
                )
            }
            let store = site.store
            let suite = try await store.submit(
                Submission(name: name, kind: .suite, source: "name: \(name)", runs: planned)
            ).suite
            let worker = try await store.registerWorker(
                WorkerRegistration(host: "here", processID: 7, pool: "cpu", threads: 2, version: "test"),
                leaseSeconds: 600
            )
            var runs: [String: RunID] = [:]
            for _ in systems {
                let claim = try #require(try await store.claim(for: worker, pool: "cpu", threads: 2, limit: 1).first)
                let right = 20 - 4 * (try #require(systems.firstIndex(of: claim.spec.system)))
                let rows = (0..<20).map { number in
                    let isRight = number < right
                    return ExamplePrediction(
                        split: .dev,
                        example: "\(number)",
                        prediction: "\(isRight ? number % 2 : 1 - number % 2)",
                        gold: "\(number % 2)",
                        score: isRight ? 1 : 0
                    )
                }
                let place = "\(folder)/artifacts/run-\(claim.lease.run)/attempt-\(claim.lease.token)"
                try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
                let score = Double(right) / 20
                var result = RunResult(metrics: ["accuracy": score, "f1": score], score: score, examples: 20)
                let file = DatasetUse.File(name: "dev.tsv", sha256: String(repeating: "a", count: 64), bytes: 100)
                result.datasets = [DatasetUse(task: .mrpc, split: .dev, origin: .sample, examples: 20, files: [file])]
                let artifact = try PredictionLog.write(rows, to: "\(place)/predictions.jsonl")
                _ = try await store.finish(claim.lease, outcome: .succeeded(result, artifacts: [artifact]))
                runs[claim.spec.system] = claim.lease.run
            }
            return (suite, runs)
        }
    }

    private func withWorld(_ body: (World) async throws -> Void) async throws {
        let folder = "/tmp/podium-fresh-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let world = World(site: try await Site.make(dataDirectory: folder), folder: folder)
        do {
            try await body(world)
            await world.site.store.close()
        } catch {
            await world.site.store.close()
            throw error
        }
    }

    @Test func aDeletedRunIsNowhereAnyMore() async throws {
        try await withWorld { world in
            let (suite, runs) = try await world.add(["heron", "kestrel", "wren"], to: "birds")
            let all = world.addresses(of: suite)
            // The overview names suites, not systems, and no run is at work.
            #expect(try await world.naming("kestrel", all) == all.filter { $0 != "/" })
            #expect(try await world.best() == ["heron", "kestrel", "wren"])
            #expect(try await world.trend("kestrel") == [suite])
            let (heron, kestrel) = (try #require(runs["heron"]), try #require(runs["kestrel"]))
            _ = try await world.text("/compare?runs=\(heron),\(kestrel)")
            _ = try await world.site.store.delete([kestrel], isRehearsal: false)
            #expect(try await world.naming("kestrel", all) == [])
            #expect(try await world.naming("heron", all) == all.filter { $0 != "/" })
            #expect(try await world.best() == ["heron", "wren"])
            #expect(try await world.trend("kestrel") == [])
            #expect(try await world.text("/suites").contains("2/2"))
            for address in ["/runs/\(kestrel)", "/api/v1/runs/\(kestrel)", "/compare?runs=\(heron),\(kestrel)"] {
                _ = try await world.text(address, status: 404)
            }
        }
    }

    /// No event tells of it: it is seen when somebody looks.
    @Test func predictionsThatAreTakenAwayByHandAreMissed() async throws {
        try await withWorld { world in
            let (suite, runs) = try await world.add(["heron", "kestrel"], to: "birds")
            let (document, report) = ("/suites/\(suite)/leaderboard.json", "/suites/\(suite)/report")
            #expect(try await world.text(document).contains("\"ranks\""))
            #expect(try await !world.text(report).contains("predictions are not on this machine"))
            let run = try #require(runs["kestrel"])
            let made = try await world.site.store.artifacts(of: run)
            let path = try #require(made.first { $0.artifact.kind == .predictions }?.artifact.path)
            try FileManager.default.removeItem(atPath: path)
            for _ in 0..<3000 {
                guard try await world.text(document).contains("\"ranks\"") else { break }
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(try await !world.text(document).contains("\"ranks\""))
            for _ in 0..<3000 {
                if try await world.text(report).contains("predictions are not on this machine: \(run)") { break }
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(try await world.text(report).contains("predictions are not on this machine: \(run)"))
        }
    }

    @Test func aDeletedSuiteIsNowhereAnyMore() async throws {
        try await withWorld { world in
            try await world.add(["wren"], to: "older")
            let (suite, runs) = try await world.add(["heron", "kestrel"], to: "birds")
            let own = world.addresses(of: suite).filter { $0.contains("/\(suite)") }
            let lists = ["/", "/suites", "/api/v1/suites", "/history", "/leaderboard"]
            for address in own { _ = try await world.text(address) }
            #expect(try await world.naming("birds", lists).count == lists.count)
            let deletion = try await world.site.store.delete(Array(runs.values), isRehearsal: false)
            #expect(deletion.suites == [suite])
            for address in own { _ = try await world.text(address, status: 404) }
            #expect(try await world.naming("birds", lists) == [])
            #expect(try await world.naming("older", lists).count == lists.count)
            #expect(try await world.best() == ["wren"])
        }
    }

    @Test func aSuiteThatWasPutAwayIsInItsOwnPlacesOnlyAndComesBack() async throws {
        try await withWorld { world in
            try await world.add(["wren"], to: "older")
            let (suite, _) = try await world.add(["heron"], to: "birds")
            let others = ["/", "/history", "/api/v1/runs", "/leaderboard"]
            func archive(_ isArchived: Bool) async throws {
                _ = try await world.site.store.annotate(suite, SuiteAnnotation(archived: isArchived))
            }
            for isArchived in [false, true, false] {
                try await archive(isArchived)
                #expect(try await world.naming("birds", others).count == (isArchived ? 0 : others.count))
                #expect(try await world.best() == (isArchived ? ["wren"] : ["heron", "wren"]))
                #expect(try await world.trend("heron") == (isArchived ? [] : [suite]))
                // Where all suites are listed it is marked; its own pages stay.
                #expect(try await world.text("/suites").contains("archived") == isArchived)
                #expect(try await world.text("/api/v1/suites/\(suite)").contains("archivedAt") == isArchived)
                #expect(try await world.text("/api/v1/suites").contains("archivedAt") == isArchived)
                for address in ["/suites/\(suite)/leaderboard", "/history?suite=\(suite)"] {
                    #expect(try await world.text(address).contains("heron"), "\(address)")
                }
            }
        }
    }

    @Test func tagsAndNotesAreShownAsTheyAre() async throws {
        try await withWorld { world in
            let (suite, _) = try await world.add(["heron"], to: "birds")
            let addresses = ["/suites", "/", "/api/v1/suites", "/api/v1/suites/\(suite)"]
            #expect(try await world.naming("for the paper", addresses) == [])
            for (annotation, tag, note) in [
                (SuiteAnnotation(addedTags: ["camera-ready"], note: "for the paper"), true, true),
                (SuiteAnnotation(removedTags: ["camera-ready"]), false, true),
                (SuiteAnnotation(note: ""), false, false),
            ] {
                _ = try await world.site.store.annotate(suite, annotation)
                #expect(try await world.naming("camera-ready", addresses) == (tag ? addresses : []))
                #expect(try await world.naming("for the paper", addresses) == (note ? addresses : []))
                let tagged = try await world.text("/history?tag=camera-ready").contains("heron/glue")
                #expect(tagged == tag)
            }
        }
    }

    @Test func budgetsAreShownAsTheyAre() async throws {
        try await withWorld { world in
            let store = world.site.store
            var submission = Site.submission(name: "a", seeds: 1)
            submission.project = "parsing"
            let suite = try await store.submit(submission)
            let run = try #require(suite.runs.values.first)
            let addresses = ["/queue", "/runs/\(run)"]
            let reason = "udget of project parsing is used up"
            for (hours, overview, isSpent) in [
                (10.0, "of 10.00 h", false), (0, "of 0.00 h", true), (20, "of 20.00 h", false),
            ] {
                try await store.setBudget("parsing", hours: hours, from: nil)
                #expect(try await world.text("/").contains(overview))
                #expect(try await world.naming(reason, addresses) == (isSpent ? addresses : []))
            }
            #expect(try await store.removeBudget("parsing"))
            #expect(try await !world.text("/").contains("Budgets of projects"))
        }
    }

    /// A page that is open asks again when the stream tells it to.
    @Test func openPagesAreToldOfBudgets() async throws {
        try await withWorld { world in
            let suite = try await world.site.store.submit(Site.submission(name: "a", seeds: 1)).suite
            try await world.site.store.setBudget("parsing", hours: 7, from: nil)
            let following = Task { await world.site.app.follow(interval: .milliseconds(20)) }
            defer { following.cancel() }
            for address in ["/events?after=0.0", "/events?suite=\(suite)&after=0.0"] {
                guard case .stream(let stream) = try await world.site.get(address).body else {
                    Issue.record("\(address) is no stream")
                    return
                }
                var heard = ""
                for await bytes in stream {
                    heard += String(decoding: bytes, as: UTF8.self)
                    if heard.contains("\"kind\":\"budget\"") { break }
                }
                let entry = heard.split(separator: "\n").first { $0.contains("\"kind\":\"budget\"") } ?? ""
                #expect(entry.contains("\"reason\":\"parsing\"") && !entry.contains("\"suite\""))
            }
        }
    }

    @Test func anImportedSuiteIsOnEveryPageAtOnce() async throws {
        try await withWorld { world in
            let (suite, runs) = try await world.add(["heron", "kestrel"], to: "birds")
            let record = try #require(try await world.site.store.suite(named: "\(suite)"))
            _ = try await SuiteArchive.export(
                record,
                to: "\(world.folder)/export",
                dataDirectory: world.folder,
                version: "test",
                schema: Migration.all.count,
                now: 1,
                store: world.site.store
            ) { Issue.record("\($0)") }
            _ = try await world.site.store.delete(Array(runs.values), isRehearsal: false)
            let lists = ["/", "/suites", "/api/v1/suites", "/history", "/api/v1/runs"]
            #expect(try await world.naming("birds", lists) == [])
            #expect(try await world.text("/leaderboard").contains("There is no suite"))
            let archive = try SuiteArchive.read("\(world.folder)/export", schema: Migration.all.count)
            let new = try await archive.store(
                from: "\(world.folder)/export",
                dataDirectory: world.folder,
                store: world.site.store
            ).suite
            #expect(new != suite)
            #expect(try await world.naming("birds", lists) == lists)
            #expect(try await world.best() == ["heron", "kestrel"])
            #expect(try await world.trend("heron") == [new])
            let pages = world.addresses(of: new)
            #expect(try await world.naming("kestrel", pages) == pages.filter { $0 != "/" })
            // Tested on the answers that came with it.
            #expect(try await world.text("/suites/\(new)/leaderboard.json").contains("\"ranks\""))
        }
    }
}
