import PodiumCore
import Testing

extension JobStoreConformance {
    static let budgetChecks = [
        JobStoreConformance(name: "aProjectWithinItsBudgetRunsAsEver") { store in
            try await store.setBudget("parsing", hours: 1000, from: nil)
            let suite = try await store.submit(["a"], project: "parsing")
            let budgets = try await store.budgets()
            #expect(budgets.map(\.project) == ["parsing"] && budgets.first?.hours == 1000)
            #expect(budgets.first?.ready == 1 && budgets.first?.running == 0 && budgets.first?.isSpent == false)
            let worker = try await store.worker()
            let claim = try await store.claimOne(worker)
            #expect(try await store.enforceBudgets() == [])
            #expect(try await store.heartbeat(worker, leaseSeconds: 60) == [])
            #expect(try await store.budgets().first?.running == 1)
            #expect(try await store.finish(claim.lease, outcome: done))
            let used = try #require(try await store.budgets().first?.usedHours)
            #expect(used > 0 && used < 1)
            #expect(try await store.state(suite.runs["a"]) == .succeeded)
        },
        JobStoreConformance(name: "theFeedTellsOfBudgets") { store in
            let suite = try await store.submit(["a"], project: "parsing")
            let place = try #require(try await store.feed(1).last?.id)
            try await store.setBudget("parsing", hours: 1000, from: nil)
            try await store.setBudget("parsing", hours: 1000, from: nil)
            try await store.setBudget("parsing", hours: 0, from: nil)
            try await store.setBudget("parsing", hours: 10, from: 5)
            #expect(try await store.removeBudget("parsing"))
            #expect(try await !store.removeBudget("parsing"))
            // Setting it to what it was changes nothing; who follows a suite hears of budgets as well.
            _ = try await store.feed(4, after: place)
            for followed in [suite.suite, nil] {
                let changes = try await store.changes(after: place, suite: followed, limit: 100)
                #expect(changes.map(\.kind) == [.budget, .budget, .budget, .budget])
                #expect(
                    changes.allSatisfy { $0.reason == "parsing" && $0.suite == nil && $0.run == nil && $0.to == nil }
                )
            }
        },
        JobStoreConformance(name: "whatAProjectHasNoBudgetForIsNotClaimedAndSaysWhy") { store in
            try await store.setBudget("parsing", hours: 0, from: nil)
            let own = try await store.submit(
                runs: [("a", []), ("b", [Dependency(parent: "a", condition: .afterSuccess)])],
                project: "parsing"
            )
            let other = try await store.submit(["c"], project: "tagging")
            let worker = try await store.worker()
            #expect(try await store.budgets().first?.isSpent == true)
            let reason = "the budget of project parsing is used up"
            let a = try #require(own.runs["a"])
            #expect(try await store.run(a)?.reason == reason)
            #expect(try await store.state(a) == .ready)
            #expect(
                try await store.run(try #require(own.runs["b"]))?.reason == "waits for run \(a); run \(a): \(reason)"
            )
            #expect(try await store.run(try #require(other.runs["c"]))?.reason == nil)
            #expect(try await store.claimOne(worker).lease.run == other.runs["c"])
            #expect(try await store.claim(for: worker, pool: "cpu", threads: 4, limit: 9).isEmpty)
            // However it comes to the queue: held and released, moved, cancelled and tried again.
            #expect(try await store.hold([a]) == [a])
            #expect(try await store.run(a)?.reason == "held")
            #expect(try await store.release([a]) == [a])
            #expect(try await store.reorder([a], .priority(3)) == [a])
            #expect(try await store.cancel([a]) == [a])
            #expect(try await store.retry([a]) == [a])
            #expect(try await store.run(a)?.reason == reason)
            #expect(try await store.claim(for: worker, pool: "cpu", threads: 4, limit: 9).isEmpty)

            try await store.setBudget("parsing", hours: 1000, from: nil)
            #expect(try await store.run(a)?.reason == nil)
            let claim = try await store.claimOne(worker)
            #expect(claim.lease.run == a)
            #expect(try await store.finish(claim.lease, outcome: done))
            #expect(try await store.drain(worker) == ["b"])
        },
        JobStoreConformance(name: "runningWorkSavesAndGoesOnWhenThereIsMore") { store in
            let suite = try await store.submit(["a", "b"], project: "parsing") { $0.retry.limit = 0 }
            let worker = try await store.worker()
            let claim = try await store.claimOne(worker)
            // Any time at all is more than that.
            try await store.setBudget("parsing", hours: 1e-12, from: 0)
            #expect(try await store.enforceBudgets() == [claim.lease.run])
            #expect(try await store.enforceBudgets() == [])
            #expect(try await store.run(claim.lease.run)?.reason == "to be preempted")
            #expect(try await store.heartbeat(worker, leaseSeconds: 60) == [.preempt(claim.lease)])
            let checkpoint = Artifact(
                kind: .checkpoint,
                step: 7,
                path: "/c",
                sha256: String(repeating: "c", count: 64),
                bytes: 1
            )
            #expect(try await store.record(claim.lease, events: [.artifact(checkpoint)]))
            #expect(try await store.finish(claim.lease, outcome: .preempted))
            #expect(try await store.state(claim.lease.run) == .ready)
            #expect(try await store.claim(for: worker, pool: "cpu", threads: 4, limit: 9).isEmpty)
            #expect(try await store.enforceBudgets() == [])
            let spent = try #require(try await store.budgets().first)
            #expect(spent.isSpent && spent.ready == 2 && spent.running == 0 && spent.usedHours > 0)

            try await store.setBudget("parsing", hours: 1000, from: nil)
            let again = try await store.claimOne(worker)
            // Its old place, from where it was, and no retry charged.
            #expect(again.lease.run == claim.lease.run && again.checkpoints.map(\.artifact) == [checkpoint])
            #expect(try await store.finish(again.lease, outcome: done))
            #expect(try await store.drain(worker) == ["b"])
            #expect(try await store.attempts(of: claim.lease.run).map(\.outcome) == [.preempted, .succeeded])
            #expect(try await store.state(suite.runs["b"]) == .succeeded)
        },
        JobStoreConformance(name: "everyAttemptCountsOnceByItsThreadsWhateverBecameOfIt") { store in
            try await store.setBudget("parsing", hours: 1000, from: nil)
            let suite = try await store.submit(["a"], project: "parsing") {
                $0.resources.threads = 2
                $0.resources.ranks = 2
                $0.retry = RetryPolicy(limit: 3, backoffSeconds: 0)
            }
            let worker = try await store.worker(threads: 64)
            let ends: [AttemptOutcome] = [.preempted, .failed(.crash, message: "died"), .released, done]
            for end in ends {
                let claim = try await store.claimOne(worker)
                #expect(try await store.finish(claim.lease, outcome: end))
            }
            let run = try #require(suite.runs["a"])
            let attempts = try await store.attempts(of: run)
            let wall = attempts.compactMap { a in a.endedAt.map { $0 - a.startedAt } }.reduce(0, +)
            let used = try #require(try await store.budgets().first?.usedHours)
            #expect(attempts.count == 4 && wall > 0)
            #expect(abs(used * 3600 - wall * 4) < 1e-3 * wall + 1e-5, "\(used * 3600) of \(wall * 4)")
            // What was used stays used when the run is deleted.
            #expect(try await store.delete([run], isRehearsal: false).runs == [run])
            let kept = try #require(try await store.budgets().first?.usedHours)
            #expect(abs(kept - used) < 1e-9 + 1e-6 * used)
        },
        JobStoreConformance(name: "onlyWhatCameAfterTheDateCounts") { store in
            _ = try await store.submit(["a", "b"], project: "parsing")
            let worker = try await store.worker()
            #expect(try await store.drain(worker) == ["a", "b"])
            let end = try #require(try await store.runs(suite: nil, includingTerminal: true).last?.endedAt)
            try await store.setBudget("parsing", hours: 5, from: 0)
            let all = try #require(try await store.budgets().first)
            #expect(all.usedHours > 0 && all.from == 0)
            try await store.setBudget("parsing", hours: 5, from: end + 1)
            #expect(try await store.budgets().first?.usedHours == 0)
            // Raising it leaves the date alone.
            try await store.setBudget("parsing", hours: 6, from: nil)
            let raised = try #require(try await store.budgets().first)
            #expect(raised.hours == 6 && abs(raised.from - (end + 1)) < 1e-3)
            #expect(try await store.removeBudget("parsing"))
            #expect(try await !store.removeBudget("parsing"))
            #expect(try await store.budgets().isEmpty)
        },
        JobStoreConformance(name: "withoutABudgetAProjectGoesOn") { store in
            try await store.setBudget("parsing", hours: 0, from: nil)
            _ = try await store.submit(["a"], project: "parsing")
            let worker = try await store.worker()
            #expect(try await store.enforceBudgets() == [])
            #expect(try await store.claim(for: worker, pool: "cpu", threads: 4, limit: 1).isEmpty)
            #expect(try await store.removeBudget("parsing"))
            #expect(try await store.drain(worker) == ["a"])
        },
    ]
}
