import PodiumCore
import Testing

extension JobStoreConformance {
    static let requestChecks = [
        JobStoreConformance(name: "aQueuedRunIsCancelledAtOnce") { store in
            let suite = try await store.submit(["a"])
            let run = try #require(suite.runs["a"])
            #expect(try await store.cancel([run]) == [run])
            #expect(try await store.cancel([run]) == [])
            #expect(try await store.state(run) == .cancelled)
            #expect(try await store.drain(try await store.worker()) == [])
        },
        JobStoreConformance(name: "aRunningRunIsCancelledThroughItsWorker") { store in
            _ = try await store.submit(["a"])
            let worker = try await store.worker()
            let claim = try await store.claimOne(worker)
            #expect(try await store.heartbeat(worker, leaseSeconds: 60) == [])
            #expect(try await store.cancel([claim.lease.run]) == [claim.lease.run])
            #expect(try await store.run(claim.lease.run)?.reason == "cancel requested")
            #expect(try await store.heartbeat(worker, leaseSeconds: 60) == [.cancel(claim.lease)])
            #expect(try await store.finish(claim.lease, outcome: .cancelled))
            #expect(try await store.state(claim.lease.run) == .cancelled)
            #expect(try await store.heartbeat(worker, leaseSeconds: 60) == [])
        },
        JobStoreConformance(name: "aRunToBeCancelledNeverGoesBackToTheQueue") { store in
            let outcomes: [AttemptOutcome] = [.released, .failed(.crash, message: "died")]
            for outcome in outcomes {
                _ = try await store.submit(["a"])
                let claim = try await store.claimOne(try await store.worker())
                _ = try await store.cancel([claim.lease.run])
                #expect(try await store.finish(claim.lease, outcome: outcome))
                #expect(try await store.state(claim.lease.run) == .cancelled)
            }
            _ = try await store.submit(["a"])
            let worker = try await store.worker()
            let claim = try await store.claimOne(worker)
            _ = try await store.cancel([claim.lease.run])
            #expect(try await store.lose(worker) == [claim.lease.run])
            #expect(try await store.state(claim.lease.run) == .cancelled)
        },
        JobStoreConformance(name: "aCrashIsRetriedAfterItsBackOffUpToTheLimit") { store in
            _ = try await store.submit(["a"])
            let worker = try await store.worker()
            let first = try await store.claimOne(worker)
            #expect(try await store.finish(first.lease, outcome: .failed(.crash, message: "signal 11")))
            #expect(try await store.state(first.lease.run) == .waiting)
            try await Task.sleep(for: .milliseconds(20))
            #expect(try await store.promoteWaitingRuns() == 1)
            #expect(try await store.promoteWaitingRuns() == 0)
            let second = try await store.claimOne(worker)
            #expect(try await store.finish(second.lease, outcome: .failed(.crash, message: "signal 11")))
            #expect(try await store.state(first.lease.run) == .failed)
            // The user's retry starts counting anew.
            #expect(try await store.retry([first.lease.run]) == [first.lease.run])
            let third = try await store.claimOne(worker)
            #expect(third.lease.attempt == 3)
            #expect(try await store.finish(third.lease, outcome: .failed(.crash, message: "signal 11")))
            #expect(try await store.state(first.lease.run) == .waiting)
        },
        JobStoreConformance(name: "aLongBackOffIsWaitedFor") { store in
            _ = try await store.submit(["a"]) { $0.retry.backoffSeconds = 200 }
            let claim = try await store.claimOne(try await store.worker())
            #expect(try await store.finish(claim.lease, outcome: .failed(.infrastructure, message: "disk full")))
            #expect(try await store.promoteWaitingRuns() == 0)
            #expect(try await store.cancel([claim.lease.run]) == [claim.lease.run])
            #expect(try await store.state(claim.lease.run) == .cancelled)
        },
        JobStoreConformance(name: "aReleasedRunKeepsItsPlaceAndIsNotCharged") { store in
            _ = try await store.submit(["a", "b"])
            let worker = try await store.worker()
            for _ in 1...3 {
                let claim = try await store.claimOne(worker)
                #expect(claim.spec.name == "a")
                #expect(try await store.finish(claim.lease, outcome: .released))
            }
            let claim = try await store.claimOne(worker)
            #expect(try await store.finish(claim.lease, outcome: .failed(.crash, message: "died")))
            #expect(try await store.state(claim.lease.run) == .waiting)
        },
        JobStoreConformance(name: "runsThatAreNotOverAreNotRetried") { store in
            let suite = try await store.submit(["a", "b"])
            let claim = try await store.claimOne(try await store.worker())
            #expect(try await store.retry(Array(suite.runs.values)) == [])
            #expect(try await store.finish(claim.lease, outcome: done))
            #expect(try await store.retry(Array(suite.runs.values)) == [])
        },
    ]
}
