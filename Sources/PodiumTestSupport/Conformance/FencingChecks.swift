import PodiumCore
import Testing

extension JobStoreConformance {
    static let fencingChecks = [
        JobStoreConformance(name: "aRescuedAttemptCanChangeNothingAnyMore") { store in
            let suite = try await store.submit(["a"])
            let first = try await store.worker()
            let old = try await store.claimOne(first)
            #expect(try await store.lose(first) == [old.lease.run])
            let new = try await store.claimOne(try await store.worker())
            #expect(new.lease.run == old.lease.run)
            #expect(new.lease.attempt == 2)
            #expect(new.lease.token > old.lease.token)

            #expect(try await store.record(old.lease, events: [.log(.info, "zombie")]) == false)
            #expect(try await store.finish(old.lease, outcome: done) == false)
            #expect(try await store.finish(old.lease, outcome: .failed(.crash, message: "zombie")) == false)
            #expect(try await store.finish(old.lease, outcome: .released) == false)
            #expect(try await store.result(of: old.lease.run) == nil)
            #expect(try await store.state(suite.runs["a"]) == .running)
            #expect(try await store.finish(new.lease, outcome: done))

            let attempts = try await store.attempts(of: new.lease.run)
            #expect(attempts.map(\.outcome) == [.lost, .succeeded])
            #expect(attempts.map(\.token) == [old.lease.token, new.lease.token])
            #expect(attempts.allSatisfy { $0.endedAt != nil })
        },
        JobStoreConformance(name: "aRunEndsOnce") { store in
            _ = try await store.submit(["a"])
            let claim = try await store.claimOne(try await store.worker())
            #expect(try await store.finish(claim.lease, outcome: done))
            #expect(try await store.finish(claim.lease, outcome: done) == false)
            #expect(try await store.finish(claim.lease, outcome: .cancelled) == false)
            #expect(try await store.result(of: claim.lease.run)?.score == 0.5)
        },
        JobStoreConformance(name: "aLostWorkerIsToldSoAndClaimsNothing") { store in
            let worker = try await store.worker()
            #expect(try await store.heartbeat(worker, leaseSeconds: 60) == [])
            #expect(try await store.lose(worker) == [])
            _ = try await store.submit(["a"])
            #expect(try await store.heartbeat(worker, leaseSeconds: 60) == nil)
            #expect(try await store.claim(for: worker, pool: "cpu", threads: 4, limit: 1).isEmpty)
        },
        JobStoreConformance(name: "aRetiredWorkerClaimsNothing") { store in
            _ = try await store.submit(["a"])
            let worker = try await store.worker()
            try await store.retireWorker(worker)
            #expect(try await store.heartbeat(worker, leaseSeconds: 60) == nil)
            #expect(try await store.claim(for: worker, pool: "cpu", threads: 4, limit: 1).isEmpty)
        },
        JobStoreConformance(name: "aLivingWorkersRunsAreLeftAlone") { store in
            _ = try await store.submit(["a"])
            let claim = try await store.claimOne(try await store.worker())
            #expect(try await store.rescueLostRuns() == [])
            #expect(try await store.finish(claim.lease, outcome: done))
        },
        JobStoreConformance(name: "aRescuedRunGoesOnFromItsNewestCheckpointUncharged") { store in
            let suite = try await store.submit(["a", "b"])
            for lost in 1...4 {
                let worker = try await store.worker()
                let claim = try await store.claimOne(worker)
                // The sort key is kept: the run stays ahead of its sister.
                #expect(claim.spec.name == "a")
                #expect(claim.checkpoints.first?.artifact.step == (lost == 1 ? nil : (lost - 1) * 10))
                let file = Artifact(
                    kind: .checkpoint,
                    step: lost * 10,
                    path: "/attempt-\(claim.lease.token)/c",
                    sha256: String(repeating: "0a", count: 32),
                    bytes: 5_000_000_000
                )
                // The engine says where it went on: the third time the newest checkpoint will not do.
                let resumed = [nil, 10, 10, nil][lost - 1]
                let started = EngineEvent.started(totalSteps: 90, trainExamples: 9, resumedFromStep: resumed)
                #expect(try await store.record(claim.lease, events: [started, .artifact(file), .artifact(file)]))
                #expect(try await store.lose(worker) == [claim.lease.run])
            }
            #expect(try await store.state(suite.runs["a"]) == .ready)
            let attempts = try await store.attempts(of: try #require(suite.runs["a"]))
            #expect(attempts.map(\.resumedFromStep) == [nil, 10, 10, nil])
        },
        JobStoreConformance(name: "oneSchedulerLeadsAtATime") { store in
            let first = try #require(try await store.lead(as: "a", seconds: 60))
            #expect(try await store.lead(as: "b", seconds: 60) == nil)
            #expect(try await store.lead(as: "a", seconds: -1) == first)
            let second = try #require(try await store.lead(as: "b", seconds: 60))
            #expect(second > first)
            #expect(try await store.lead(as: "a", seconds: 60) == nil)
        },
    ]
}
