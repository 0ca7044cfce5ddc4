import PodiumCore
import Testing

extension JobStoreConformance {
    static let orderChecks = [
        JobStoreConformance(name: "aHeldRunStartsOnlyWhenItIsReleasedAtItsOldPlace") { store in
            let suite = try await store.submit(["a", "b", "c"])
            let run = try #require(suite.runs["a"])
            let worker = try await store.worker()
            #expect(try await store.hold([run]) == [run])
            #expect(try await store.hold([run]) == [])
            let held = try await store.run(run)
            #expect(held?.state == .ready && held?.reason == "held" && held?.isHeld == true)
            #expect(try await store.claimOne(worker).spec.name == "b")
            #expect(try await store.release([run]) == [run])
            #expect(try await store.release([run]) == [])
            #expect(try await store.drain(worker) == ["a", "c"])
        },
        JobStoreConformance(name: "aHeldSuiteWaitsWhateverBecomesReadyInIt") { store in
            let suite = try await store.submit(runs: [
                ("a", []), ("b", [Dependency(parent: "a", condition: .afterSuccess)]),
            ])
            let worker = try await store.worker()
            let claim = try await store.claimOne(worker)
            #expect(try await store.hold(Array(suite.runs.values)).count == 2)
            #expect(
                try await store.run(try #require(suite.runs["b"]))?.reason == "held; waits for run \(claim.lease.run)"
            )
            // The running one goes on, comes back, and is held then.
            #expect(try await store.finish(claim.lease, outcome: .released))
            #expect(try await store.state(claim.lease.run) == .ready)
            #expect(try await store.drain(worker) == [])
            #expect(
                try await store.run(try #require(suite.runs["b"]))?.reason
                    == "held; waits for run \(claim.lease.run); run \(claim.lease.run): held"
            )
            #expect(try await store.release([claim.lease.run]) == [claim.lease.run])
            #expect(try await store.drain(worker) == ["a"])
            #expect(try await store.state(suite.runs["b"]) == .ready)
            #expect(try await store.drain(worker) == [])
            _ = try await store.release(Array(suite.runs.values))
            #expect(try await store.drain(worker) == ["b"])
        },
        JobStoreConformance(name: "aHeldRunIsNotQueuedByItsBackOffNorByARescue") { store in
            let suite = try await store.submit(["a", "b"])
            let worker = try await store.worker()
            let first = try await store.claimOne(worker)
            let second = try await store.claimOne(worker)
            #expect(try await store.finish(first.lease, outcome: .failed(.crash, message: "died")))
            #expect(try await store.hold(Array(suite.runs.values)).count == 2)
            #expect(try await store.run(first.lease.run)?.reason == "held; died")
            try await Task.sleep(for: .milliseconds(20))
            #expect(try await store.promoteWaitingRuns() == 1)
            #expect(try await store.lose(worker) == [second.lease.run])
            let other = try await store.worker()
            #expect(try await store.drain(other) == [])
            #expect(try await store.runCounts(suite: nil) == [.held: 2])
            _ = try await store.release(Array(suite.runs.values))
            #expect(try await store.drain(other) == ["a", "b"])
        },
        JobStoreConformance(name: "cancellingAndRetryingAHeldRunReleasesIt") { store in
            let suite = try await store.submit(["a"])
            let run = try #require(suite.runs["a"])
            _ = try await store.hold([run])
            #expect(try await store.cancel([run]) == [run])
            #expect(try await store.hold([run]) == [])
            #expect(try await store.release([run]) == [])
            #expect(try await store.retry([run]) == [run])
            #expect(try await store.drain(try await store.worker()) == ["a"])
        },
        JobStoreConformance(name: "anotherPriorityMovesAWaitingRun") { store in
            let suite = try await store.submit(["a", "b", "c"])
            let last = try #require(suite.runs["c"])
            let worker = try await store.worker()
            #expect(try await store.reorder([last], .priority(1)) == [last])
            #expect(try await store.reorder([last], .priority(1)) == [])
            #expect(try await store.run(last)?.priority == 1)
            #expect(try await store.claimOne(worker).lease.run == last)
            #expect(try await store.reorder([try #require(suite.runs["a"])], .priority(-1)).count == 1)
            #expect(try await store.drain(worker) == ["b", "a"])
            #expect(try await store.reorder([last, try #require(suite.runs["a"])], .priority(3)) == [last])
        },
        JobStoreConformance(name: "runsGoToTheFrontAndToTheBackInTheirOrder") { store in
            let suite = try await store.submit(["a", "b", "c", "d", "e"])
            _ = try await store.submit(["urgent"], priority: 5)
            let worker = try await store.worker()
            func numbers(_ names: String...) throws -> [RunID] { try names.map { try #require(suite.runs[$0]) } }
            #expect(try await store.reorder(try numbers("e", "d"), .front) == numbers("d", "e"))
            #expect(try await store.reorder(try numbers("b", "a"), .back) == numbers("a", "b"))
            #expect(try await store.drain(worker) == ["d", "e", "urgent", "c", "a", "b"])
        },
        JobStoreConformance(name: "heldReleasedAndMovedRunsAreInTheChangeFeed") { store in
            let suite = try await store.submit(["a", "b"])
            let run = try #require(suite.runs["a"])
            let start = try await store.lastChange()
            _ = try await store.hold([run])
            _ = try await store.release([run])
            _ = try await store.reorder([run], .back)
            let changes = try await store.changes(after: start, suite: suite.suite, limit: 10)
            #expect(changes.map(\.kind) == [.held, .released, .reordered])
            #expect(changes.allSatisfy { $0.run == run && $0.to == .ready && $0.from == nil })
        },
        JobStoreConformance(name: "addedRunsWaitForWhatTheirSiblingsWaitedFor") { store in
            let suite = try await store.submit(runs: [
                ("start", []), ("tune", [Dependency(parent: "start", condition: .afterSuccess)]),
                ("report", [Dependency(parent: "tune", condition: .afterAny)]),
            ])
            let tune = try #require(suite.runs["tune"])
            let worker = try await store.worker()
            func added(_ name: String, like: RunID) async throws -> AddedRun {
                let record = try await store.run(like)
                var spec = record?.spec ?? RunSpec(name: name, system: "tiny", work: .report)
                spec.name = name
                return AddedRun(spec: spec, like: like)
            }
            let early = try await store.extend(suite.suite, with: [try await added("early", like: tune)])
            #expect(try await store.state(early.runs["early"]) == .blocked)
            #expect(try await store.drain(worker) == ["start", "tune", "report", "early"])
            // What they wait for is over by now.
            let report = try await added("report/2", like: try #require(suite.runs["report"]))
            var later = report
            later.spec = RunSpec(name: "report/2", system: "suite", work: .report)
            let late = try await store.extend(suite.suite, with: [try await added("late", like: tune), later])
            #expect(try await store.state(late.runs["late"]) == .ready)
            #expect(try await store.state(late.runs["report/2"]) == .blocked)
            #expect(try await store.drain(worker) == ["late", "report/2"])
            await #expect(throws: (any Error).self) {
                _ = try await store.extend(suite.suite, with: [try await added("late", like: tune)])
            }
            await #expect(throws: (any Error).self) {
                _ = try await store.extend(suite.suite, with: [try await added("x", like: RunID(rawValue: 999))])
            }
            #expect(try await store.runs(suite: suite.suite, includingTerminal: true).count == 6)
        },
    ]
}
