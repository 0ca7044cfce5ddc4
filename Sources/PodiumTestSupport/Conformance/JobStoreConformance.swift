package import PodiumCore
import Testing

/// What every job store must hold, as checks over the protocol alone.
///
/// A store's own test target runs each of them on a fresh, empty store:
/// `@Test(arguments: JobStoreConformance.checks)`. Nothing here sleeps for a
/// lease to run out: a heartbeat with a negative term does that.
package struct JobStoreConformance: Sendable, CustomTestStringConvertible {
    package let name: String
    package let run: @Sendable (any JobStore) async throws -> Void

    package var testDescription: String { name }

    package static var checks: [JobStoreConformance] {
        queueChecks + fencingChecks + dependencyChecks + requestChecks + historyChecks + raceChecks + artifactChecks
            + changeChecks + deletionChecks + searchChecks + orderChecks + stateChecks
            + graphChecks + sharingChecks + seedPlanChecks + reuseChecks + budgetChecks
    }
}

/// Shorthands for the checks.
extension JobStore {
    /// Submits runs that depend on nothing.
    func submit(
        _ names: [String],
        priority: Int = 0,
        project: String? = nil,
        _ change: (inout RunSpec) -> Void = { _ in }
    ) async throws -> SubmittedSuite {
        try await submit(runs: names.map { ($0, []) }, priority: priority, project: project, change)
    }

    func submit(
        runs: [(String, [Dependency])],
        priority: Int = 0,
        project: String? = nil,
        _ change: (inout RunSpec) -> Void = { _ in }
    ) async throws -> SubmittedSuite {
        let planned = runs.map { name, dependencies in
            let work = FineTuning(model: .preset("tiny"), task: .mrpc)
            var spec = RunSpec(name: name, system: "tiny", work: .finetune(work))
            spec.retry = RetryPolicy(limit: 1, backoffSeconds: 0.01)
            change(&spec)
            return PlannedRun(spec: spec, dependencies: dependencies)
        }
        return try await submit(
            Submission(
                name: "suite",
                kind: .suite,
                source: "name: suite\n",
                priority: priority,
                runs: planned,
                project: project
            )
        )
    }

    func worker(pool: String = "cpu", threads: Int = 4) async throws -> WorkerID {
        try await registerWorker(
            WorkerRegistration(host: "here", processID: 1, pool: pool, threads: threads, version: "test"),
            leaseSeconds: 60
        )
    }

    func claimOne(_ worker: WorkerID) async throws -> Claim {
        try #require(try await claim(for: worker, pool: "cpu", threads: 4, limit: 1).first)
    }

    /// As if the worker had been silent for longer than its lease and the grace after it.
    func lose(_ worker: WorkerID) async throws -> [RunID] {
        _ = try await heartbeat(worker, leaseSeconds: -60)
        return try await rescueLostRuns()
    }

    func state(_ run: RunID?) async throws -> RunState? {
        try await self.run(try #require(run))?.state
    }

    /// Claims and finishes what is there until nothing is left; returns the names in order.
    func drain(_ worker: WorkerID) async throws -> [String] {
        var names: [String] = []
        while let claim = try await claim(for: worker, pool: "cpu", threads: 4, limit: 1).first {
            names.append(claim.spec.name)
            #expect(try await finish(claim.lease, outcome: .succeeded(RunResult())))
        }
        return names
    }
}

let done = AttemptOutcome.succeeded(RunResult(score: 0.5))
