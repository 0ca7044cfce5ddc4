import PodiumCore
import Testing

extension JobStoreConformance {
    private static func afterSuccess(_ parents: String...) -> [Dependency] {
        parents.map { Dependency(parent: $0, condition: .afterSuccess) }
    }

    private static func afterAny(_ parents: String...) -> [Dependency] {
        parents.map { Dependency(parent: $0, condition: .afterAny) }
    }

    static let dependencyChecks = [
        JobStoreConformance(name: "aChildStartsAfterAllItsParents") { store in
            let suite = try await store.submit(runs: [("a", []), ("b", []), ("child", afterSuccess("a", "b"))])
            let worker = try await store.worker()
            let a = try await store.claimOne(worker)
            let b = try await store.claimOne(worker)
            #expect(try await store.finish(a.lease, outcome: done))
            #expect(try await store.state(suite.runs["child"]) == .blocked)
            #expect(try await store.run(try #require(suite.runs["child"]))?.reason == "waits for run \(b.lease.run)")
            #expect(try await store.finish(b.lease, outcome: done))
            #expect(try await store.state(suite.runs["child"]) == .ready)
            #expect(try await store.claimOne(worker).spec.name == "child")
        },
        JobStoreConformance(name: "aFailureBlocksItsDescendantsAndTheReportStillRuns") { store in
            let suite = try await store.submit(runs: [
                ("pretrain", []), ("other", []), ("tune", afterSuccess("pretrain")), ("score", afterSuccess("tune")),
                ("report", afterAny("pretrain", "other", "tune", "score")),
            ])
            let worker = try await store.worker()
            let pretrain = try await store.claimOne(worker)
            #expect(try await store.finish(pretrain.lease, outcome: .failed(.input, message: "no such file")))
            let failed = try await store.run(pretrain.lease.run)
            #expect(failed?.state == .failed)
            #expect(failed?.reason == "no such file")
            for name in ["tune", "score"] {
                let run = try await store.run(try #require(suite.runs[name]))
                #expect(run?.state == .blocked)
                #expect(run?.reason == "blocked by \(pretrain.lease.run) (failed)")
            }
            #expect(try await store.state(suite.runs["report"]) == .blocked)
            #expect(try await store.drain(worker) == ["other", "report"])
        },
        JobStoreConformance(name: "retryingAFailureRevivesItsDescendants") { store in
            let suite = try await store.submit(runs: [("a", []), ("b", afterSuccess("a")), ("c", afterSuccess("b"))])
            let worker = try await store.worker()
            let a = try await store.claimOne(worker)
            #expect(try await store.finish(a.lease, outcome: .failed(.diverged, message: "loss is NaN")))
            #expect(try await store.drain(worker) == [])
            #expect(try await store.retry(suite.runs.values.map { $0 }) == [a.lease.run])
            let c = try await store.run(try #require(suite.runs["c"]))
            #expect(c?.state == .blocked)
            #expect(c?.blockedBy == nil && c?.isOver == false)
            #expect(try await store.drain(worker) == ["a", "b", "c"])
        },
        JobStoreConformance(name: "cancellingAParentBlocksItsChildren") { store in
            let suite = try await store.submit(runs: [
                ("a", []), ("b", afterSuccess("a")), ("report", afterAny("a", "b")),
            ])
            let a = try #require(suite.runs["a"])
            #expect(try await store.cancel([a]) == [a])
            let b = try await store.run(try #require(suite.runs["b"]))
            #expect(b?.reason == "blocked by \(a) (cancelled)")
            #expect(try await store.drain(try await store.worker()) == ["report"])
        },
        JobStoreConformance(name: "twoParentsEndingTogetherReleaseTheirChildOnce") { store in
            let worker = try await store.worker()
            for _ in 1...20 {
                let suite = try await store.submit(runs: [("a", []), ("b", []), ("child", afterSuccess("a", "b"))])
                let leases = [try await store.claimOne(worker).lease, try await store.claimOne(worker).lease]
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    for lease in leases { group.addTask { try await store.finish(lease, outcome: done) } }
                    for try await wasFirst in group { #expect(wasFirst) }
                }
                #expect(try await store.state(suite.runs["child"]) == .ready)
                #expect(try await store.drain(worker) == ["child"])
            }
        },
    ]
}
