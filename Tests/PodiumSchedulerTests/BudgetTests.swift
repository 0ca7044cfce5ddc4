import PodiumCore
import PodiumScheduler
import PodiumTestSupport
import Testing

/// Hours of a project on a clock that the test moves.
@Suite(.serialized)
struct BudgetTests {
    private static func submit(_ fixture: Fixture, _ names: String...) async throws -> [RunID] {
        let planned = names.map { name in
            var spec = RunSpec(
                name: name,
                system: "tiny",
                work: .finetune(FineTuning(model: .preset("tiny"), task: .mrpc))
            )
            spec.resources.threads = 2
            spec.retry = RetryPolicy(limit: 0, backoffSeconds: 1)
            return PlannedRun(spec: spec)
        }
        let suite = try await fixture.store.submit(
            Submission(name: "suite", kind: .suite, source: "", runs: planned, project: "parsing")
        )
        return names.compactMap { suite.runs[$0] }
    }

    @Test func aRunIsStoppedWhenTheHoursAreUsedUpAndGoesOnWithMore() async throws {
        let fixture = Fixture()
        // A minute of one thread is half a minute of two.
        try await fixture.store.setBudget("parsing", hours: 1.0 / 60, from: nil)
        let runs = try await Self.submit(fixture, "a", "b")
        let scheduling = Task {
            try await Scheduler(store: fixture.store, name: "s", clock: fixture.clock, log: Fixture.log).run()
        }
        defer { scheduling.cancel() }
        try await fixture.withWorker(threads: 2) { _ in
            let start = fixture.clock.seconds
            let engine = try #require(await fixture.engines(1).first)
            #expect(await fixture.clock.advance { !engine.signals.isEmpty })
            let asked = fixture.clock.seconds - start
            #expect((30...40).contains(asked), "\(asked)")
            #expect(engine.signals == ["terminate"])
            engine.exit(.exited(143))
            #expect(try await fixture.reaches(.ready, runs[0]))
            let reason = "the budget of project parsing is used up"
            for run in runs { #expect(try await fixture.store.run(run)?.reason == reason) }
            // Time that nothing runs in costs nothing.
            let used = try await fixture.store.budgets().first?.usedHours
            await fixture.clock.advance(by: .seconds(60))
            #expect(fixture.launcher.engines.count == 1)
            #expect(try await fixture.store.budgets().first?.usedHours == used)

            try await fixture.store.setBudget("parsing", hours: 2.0 / 60, from: nil)
            let second = try #require(await fixture.engines(2).last)
            #expect(second.request.lease.run == runs[0] && second.request.lease.attempt == 2)
            #expect(await fixture.clock.advance { !second.signals.isEmpty })
            second.succeed()
            #expect(try await fixture.reaches(.succeeded, runs[0]))
            let attempts = try await fixture.store.attempts(of: runs[0])
            #expect(attempts.map(\.outcome) == [.preempted, .succeeded])
            // What the first attempt had counts once: with none of it both would have come to 90 s, with twice of it to less than 60.
            let both = attempts.compactMap { attempt in attempt.endedAt.map { $0 - attempt.startedAt } }.reduce(0, +)
            #expect((60..<90).contains(both), "\(both)")
        }
    }
}
