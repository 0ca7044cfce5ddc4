import PodiumCore
import Testing

extension JobStoreConformance {
    static let sharingChecks = [
        JobStoreConformance(name: "accountsThatCompeteTakeTurns") { store in
            let worker = try await store.worker()
            _ = try await store.submit("early", by: "ann", runs: 4)
            _ = try await store.submit("late", by: "bob", runs: 2)
            // Both for one project: they share what the project gets.
            _ = try await store.submit("cid", by: "cid", for: "parsing", runs: 1)
            _ = try await store.submit("dan", by: "dan", for: "parsing", runs: 1)
            let order = try await store.drain(worker)
            #expect(order.filter { $0.hasPrefix("early") } == (1...4).map { "early-\($0)" })
            let late = try #require(order.firstIndex(of: "late-1"))
            #expect(late < 4, "\(order)")
            #expect(try #require(order.firstIndex(of: "late-2")) < order.count - 1, "\(order)")
            #expect(try #require(order.firstIndex(of: "cid-1")) < 4, "\(order)")
            #expect(try #require(order.firstIndex(of: "dan-1")) > late, "\(order)")
        },
        JobStoreConformance(name: "oneAccountsSuitesKeepTheirOrderAndTheirPriorities") { store in
            let worker = try await store.worker()
            for name in ["a", "b"] { _ = try await store.submit(name, by: "ann", runs: 3) }
            _ = try await store.submit("urgent", by: "ann", runs: 1, priority: 1)
            let names = ["urgent-1"] + ["a", "b"].flatMap { name in (1...3).map { "\(name)-\($0)" } }
            #expect(try await store.drain(worker) == names)
        },
        JobStoreConformance(name: "whoSubmittedARunIsKept") { store in
            let suite = try await store.submit("a", by: "ann", for: "parsing", runs: 1)
            let run = try await store.run(try #require(suite.runs["a-1"]))
            #expect(run?.submitter == "ann" && run?.project == "parsing")
        },
        JobStoreConformance(name: "aRunThatMakesWayKeepsItsPlaceAndIsNotCharged") { store in
            _ = try await store.submit(["a", "b"]) { $0.retry.limit = 0 }
            let worker = try await store.worker()
            let claim = try await store.claimOne(worker)
            let start = try await store.lastChange()
            #expect(try await store.drain([worker], afterSeconds: nil, preempting: true) == [worker])
            #expect(try await store.run(claim.lease.run)?.reason == "to be preempted")
            #expect(try await store.heartbeat(worker, leaseSeconds: 60) == [.preempt(claim.lease)])
            let changes = try await store.changes(after: start, suite: claim.suite, limit: 10)
            #expect(changes.map(\.kind) == [.preemptRequested])
            #expect(try await store.finish(claim.lease, outcome: .preempted))
            #expect(try await store.heartbeat(worker, leaseSeconds: 60) == [])
            let again = try await store.claimOne(worker)
            #expect(again.lease.run == claim.lease.run && again.lease.attempt == 2)
            #expect(try await store.attempts(of: claim.lease.run).first?.outcome == .preempted)
            // The user's word outranks it.
            _ = try await store.drain([worker], afterSeconds: nil, preempting: true)
            _ = try await store.cancel([again.lease.run])
            #expect(try await store.heartbeat(worker, leaseSeconds: 60) == [.cancel(again.lease)])
            #expect(try await store.finish(again.lease, outcome: .preempted))
            #expect(try await store.state(again.lease.run) == .cancelled)
        },
        JobStoreConformance(name: "nobodyMakesWayForARunThatHasNotWaited") { store in
            _ = try await store.submit(["a"]) { $0.resources.isPreemptible = true }
            let worker = try await store.worker(threads: 2)
            _ = try await store.claimOne(worker)
            _ = try await store.submit(["urgent"], priority: 5)
            #expect(try await store.preemptForWaiting() == [])
        },
        JobStoreConformance(name: "narrowRunsPassAWideOneOverForAWhileAndNoLonger") { store in
            let worker = try await store.worker()
            let other = try await store.worker(threads: 2)
            func claim(_ worker: WorkerID, threads: Int) async throws -> [String] {
                try await store.claim(for: worker, pool: "cpu", threads: threads, limit: 9).map(\.spec.name)
            }
            func submit(_ name: String, threads: Int, priority: Int = 0) async throws -> RunID {
                let suite = try await store.submit([name], priority: priority) { $0.resources.threads = threads }
                return try #require(suite.runs[name])
            }
            _ = try await submit("first", threads: 1)
            let first = try #require(try await store.claim(for: worker, pool: "cpu", threads: 4, limit: 1).first)
            let wide = try await submit("wide", threads: 4)
            _ = try await submit("second", threads: 1)
            #expect(try await store.reserveThreads(forRunsWaiting: 1000) == [], "it has not waited")
            let second = try #require(try await store.claim(for: worker, pool: "cpu", threads: 3, limit: 1).first)
            #expect(second.spec.name == "second")

            _ = try await submit("third", threads: 1)
            let kept = Reservation(pool: "cpu", worker: worker, run: wide)
            #expect(try await store.reserveThreads(forRunsWaiting: 0) == [kept])
            #expect(try await store.reserveThreads(forRunsWaiting: 0) == [], "it is not new")
            #expect(try await store.run(wide)?.reason == "worker \(worker) keeps its free threads for it")
            #expect(try await claim(worker, threads: 2) == [])
            // What is ahead of it goes on, and so do all other workers.
            _ = try await submit("urgent", threads: 1, priority: 5)
            let urgent = try #require(try await store.claim(for: worker, pool: "cpu", threads: 2, limit: 9).first)
            #expect(urgent.spec.name == "urgent")
            #expect(try await claim(other, threads: 2) == ["third"])
            for claim in [first, second, urgent] { #expect(try await store.finish(claim.lease, outcome: done)) }
            _ = try await submit("fourth", threads: 1)
            #expect(try await claim(worker, threads: 4) == ["wide"])
            // It is in the queue no more: nothing is kept for it, whether or not that was decided anew.
            #expect(try await claim(worker, threads: 4) == ["fourth"])
            #expect(try await store.reserveThreads(forRunsWaiting: 0) == [])
            #expect(try await store.run(wide)?.reason == nil)
        },
        JobStoreConformance(name: "eachWorkerKeepsItsThreadsForARunOfItsOwn") { store in
            let workers = [try await store.worker(), try await store.worker()]
            _ = try await store.submit(["a", "b"]) { $0.resources.threads = 1 }
            var narrow: [Claim] = []
            for worker in workers { narrow += try await store.claim(for: worker, pool: "cpu", threads: 4, limit: 1) }
            let wide = try await store.submit(["c", "d", "e"]) { $0.resources.threads = 4 }
            let runs = ["c", "d", "e"].compactMap { wide.runs[$0] }
            let kept = zip(workers, runs).map { Reservation(pool: "cpu", worker: $0, run: $1) }
            #expect(try await Set(store.reserveThreads(forRunsWaiting: 0)) == Set(kept))
            #expect(try await store.reserveThreads(forRunsWaiting: 0) == [], "neither is new")
            for (worker, run) in zip(workers, runs) {
                #expect(try await store.run(run)?.reason == "worker \(worker) keeps its free threads for it")
            }
            #expect(try await store.run(runs[2])?.reason == nil)
            _ = try await store.submit(["late"]) { $0.resources.threads = 1 }
            for worker in workers {
                #expect(try await store.claim(for: worker, pool: "cpu", threads: 3, limit: 9).isEmpty)
            }
            // The second worker is the first with room: it takes the first run, and what was kept for that one is kept for another.
            #expect(try await store.finish(narrow[1].lease, outcome: done))
            let claim = try #require(try await store.claim(for: workers[1], pool: "cpu", threads: 4, limit: 1).first)
            #expect(claim.lease.run == runs[0])
            let moved = Reservation(pool: "cpu", worker: workers[0], run: runs[1])
            let third = Reservation(pool: "cpu", worker: workers[1], run: runs[2])
            #expect(try await Set(store.reserveThreads(forRunsWaiting: 0)) == [moved, third])
        },
        JobStoreConformance(name: "amongRunsOfOneSizeNothingIsKept") { store in
            let worker = try await store.worker()
            _ = try await store.submit(["a", "b", "c"]) { $0.resources.threads = 3 }
            _ = try await store.claimOne(worker)
            #expect(try await store.reserveThreads(forRunsWaiting: 0) == [])
        },
        JobStoreConformance(name: "aDrainedWorkerClaimsNothingUntilItIsLetIn") { store in
            let suite = try await store.submit(["a", "b"])
            let worker = try await store.worker()
            let claim = try await store.claimOne(worker)
            #expect(
                try await store.drain([worker, WorkerID(rawValue: 999)], afterSeconds: 0, preempting: false) == [worker]
            )
            #expect(try await store.claim(for: worker, pool: "cpu", threads: 4, limit: 1).isEmpty)
            let waiting = try #require(suite.runs["b"])
            #expect(try await store.run(waiting)?.reason == "every worker that could take it is drained")
            // What it has goes on.
            #expect(try await store.record(claim.lease, events: [.log(.info, "x")]))
            #expect(try await store.finish(claim.lease, outcome: done))
            #expect(try await store.drain([worker], afterSeconds: 3600, preempting: false) == [worker])
            #expect(try await store.run(waiting)?.reason == nil)
            #expect(try await store.claimOne(worker).lease.run == waiting)
            #expect(try await store.drain([worker], afterSeconds: nil, preempting: false) == [worker])
        },
    ]
}

extension JobStore {
    fileprivate func submit(
        _ name: String,
        by submitter: String,
        for project: String? = nil,
        runs: Int,
        priority: Int = 0
    ) async throws -> SubmittedSuite {
        let planned = (1...runs).map { number in
            PlannedRun(
                spec: RunSpec(
                    name: "\(name)-\(number)",
                    system: "tiny",
                    work: .finetune(FineTuning(model: .preset("tiny"), task: .mrpc))
                )
            )
        }
        return try await submit(
            Submission(
                name: name,
                kind: .suite,
                source: "",
                priority: priority,
                runs: planned,
                submitter: submitter,
                project: project
            )
        )
    }
}
