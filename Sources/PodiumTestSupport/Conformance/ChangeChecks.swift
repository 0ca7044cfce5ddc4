import PodiumCore
import Testing

extension JobStoreConformance {
    static let changeChecks = [
        JobStoreConformance(name: "theFeedTellsOfEveryChangeOfState") { store in
            let suite = try await store.submit(runs: [
                ("a", []), ("b", [Dependency(parent: "a", condition: .afterSuccess)]),
            ])
            let worker = try await store.worker()
            let claim = try await store.claimOne(worker)
            let file = Artifact(
                kind: .checkpoint,
                step: 7,
                path: "/c",
                sha256: String(repeating: "a", count: 64),
                bytes: 1
            )
            #expect(try await store.record(claim.lease, events: [.artifact(file)]))
            #expect(try await store.finish(claim.lease, outcome: .failed(.crash, message: "died")))
            let changes = try await store.feed(5)
            let told = changes.map { change in
                let (run, to) = (change.run?.description ?? "-", change.to?.rawValue ?? "-")
                return "\(change.kind.rawValue) \(run) \(change.from?.rawValue ?? "-") \(to)"
            }
            let a = try #require(suite.runs["a"])
            let b = try #require(suite.runs["b"])
            #expect(
                told == [
                    "state \(a) - ready", "state \(b) - blocked", "state \(a) ready running",
                    "artifact \(a) - running", "state \(a) running waiting",
                ]
            )
            #expect(changes.allSatisfy { $0.suite == suite.suite })
            #expect(changes.map(\.attempt) == [0, 0, 1, 1, 1])
            #expect(changes.last?.reason == "died")
            #expect(changes[3].reason == "checkpoint of step 7")
            #expect(changes.map(\.id) == changes.map(\.id).sorted())
        },
        JobStoreConformance(name: "theFeedCanBeReadOnFromAnyPlace") { store in
            let first = try await store.submit((1...5).map { "run-\($0)" })
            let second = try await store.submit(["other"])
            let end = try #require(try await store.feed(6).last?.id)
            var seen: [RunID] = []
            var place = ChangeID.start
            while true {
                let page = try await store.changes(after: place, suite: first.suite, limit: 2)
                guard let last = page.last else { break }
                #expect(page.count <= 2)
                seen += page.compactMap(\.run)
                place = try #require(ChangeID(last.id.description))
            }
            #expect(seen == first.runs.values.sorted())
            #expect(try await store.changes(after: .start, suite: second.suite, limit: 9).count == 1)
            #expect(try await store.lastChange() == end)
            #expect(try await store.changes(after: end, suite: nil, limit: 9).isEmpty)
            _ = try await store.cancel(second.runs.values.map { $0 })
            let after = try await store.feed(1, after: end)
            #expect(after.map(\.to) == [.cancelled])
        },
        JobStoreConformance(name: "aRequestToCancelIsInTheFeed") { store in
            _ = try await store.submit(["a"])
            let claim = try await store.claimOne(try await store.worker())
            let place = try #require(try await store.feed(2).last?.id)
            _ = try await store.cancel([claim.lease.run])
            _ = try await store.cancel([claim.lease.run])
            #expect(try await store.finish(claim.lease, outcome: .cancelled))
            let changes = try await store.feed(2, after: place)
            #expect(changes.map(\.kind) == [.cancelRequested, .state])
        },
        JobStoreConformance(name: "theFeedTellsWhomAFailureBlocks") { store in
            let suite = try await store.submit(runs: [
                ("a", []), ("b", [Dependency(parent: "a", condition: .afterSuccess)]),
            ])
            let claim = try await store.claimOne(try await store.worker())
            let place = try #require(try await store.feed(3).last?.id)
            #expect(try await store.finish(claim.lease, outcome: .failed(.input, message: "no such file")))
            let changes = try await store.feed(2, after: place)
            #expect(changes.map(\.from) == [.running, .blocked])
            #expect(changes.map(\.to) == [.failed, .blocked])
            #expect(changes.map(\.reason) == ["no such file", "blocked by \(claim.lease.run)"])
            #expect(try await store.run(try #require(suite.runs["b"]))?.isOver == true)
        },
        JobStoreConformance(name: "theFeedTellsOfSuitesThatWerePutAwayOrLabelled") { store in
            let suite = try await store.submit(["a"])
            _ = try await store.submit(["other"])
            let place = try #require(try await store.feed(2).last?.id)
            for annotation in [
                SuiteAnnotation(archived: true), SuiteAnnotation(archived: true), SuiteAnnotation(archived: false),
                SuiteAnnotation(addedTags: ["x"]), SuiteAnnotation(note: "n"), SuiteAnnotation(note: "n"),
            ] {
                _ = try await store.annotate(suite.suite, annotation)
            }
            // What changes nothing is not told.
            _ = try await store.cancel(suite.runs.values.map { $0 })
            let changes = try await store.feed(5, after: place)
            #expect(changes.map(\.kind) == [.annotated, .annotated, .annotated, .annotated, .state])
            #expect(changes.allSatisfy { $0.suite == suite.suite })
            #expect(changes.dropLast().allSatisfy { $0.run == nil && $0.to == nil })
        },
        JobStoreConformance(name: "aFollowerMissesNothingOfEightWriters") { store in
            let suite = try await store.submit((1...120).map { "run-\($0)" }) { $0.resources.threads = 1 }
            async let followed = follow(store, suite.suite, count: 360)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 1...8 {
                    group.addTask {
                        let worker = try await store.worker()
                        while let claim = try await store.claim(for: worker, pool: "cpu", threads: 1, limit: 1).first {
                            #expect(try await store.finish(claim.lease, outcome: done))
                        }
                    }
                }
                try await group.waitForAll()
            }
            let changes = try await followed
            #expect(changes.filter { $0.to == .running }.count == 120)
            #expect(Set(changes.filter { $0.to == .succeeded }.compactMap(\.run)) == Set(suite.runs.values))
            #expect(Set(changes.map(\.id)).count == 360)
        },
    ]

    /// Reads on until so many entries are there, or half a minute has passed.
    private static func follow(_ store: any JobStore, _ suite: SuiteID, count: Int) async throws -> [RunChange] {
        var all: [RunChange] = []
        let deadline = ContinuousClock.now + .seconds(30)
        while all.count < count, ContinuousClock.now < deadline {
            let page = try await store.changes(after: all.last?.id ?? .start, suite: suite, limit: 50)
            all += page
            if page.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        }
        return all
    }
}

extension JobStore {
    /// The feed once it has at least so many entries: they appear when nothing can come before them any more, which
    /// transactions of other tests on the same server put off.
    func feed(_ count: Int, after place: ChangeID = .start) async throws -> [RunChange] {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            let changes = try await changes(after: place, suite: nil, limit: 1000)
            if changes.count >= count || ContinuousClock.now > deadline { return changes }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
