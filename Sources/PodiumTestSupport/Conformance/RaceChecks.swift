import PodiumCore
import Testing

extension JobStoreConformance {
    static let raceChecks = [
        JobStoreConformance(name: "eightClaimersShareTheQueueWithoutOverlap") { store in
            let suite = try await store.submit((1...500).map { "run-\($0)" }) { $0.resources.threads = 1 }
            let claimed = try await withThrowingTaskGroup(of: [RunID].self) { group in
                for _ in 1...8 {
                    group.addTask {
                        let worker = try await store.worker()
                        var runs: [RunID] = []
                        while true {
                            let claims = try await store.claim(for: worker, pool: "cpu", threads: 2, limit: 3)
                            if claims.isEmpty { return runs }
                            for claim in claims {
                                runs.append(claim.lease.run)
                                #expect(try await store.finish(claim.lease, outcome: done))
                            }
                        }
                    }
                }
                var all: [RunID] = []
                for try await runs in group { all += runs }
                return all
            }
            #expect(claimed.count == 500)
            #expect(Set(claimed) == Set(suite.runs.values))
        },
        JobStoreConformance(name: "cancelAndFinishAgreeOnOneEnd") { store in
            let worker = try await store.worker()
            for _ in 1...20 {
                _ = try await store.submit(["a"])
                let lease = try await store.claimOne(worker).lease
                async let cancelled = store.cancel([lease.run])
                async let finished = store.finish(lease, outcome: done)
                // The attempt holds its lease either way; the request comes too late or is overtaken.
                #expect(try await finished)
                #expect(try await cancelled.count <= 1)
                #expect(try await store.state(lease.run) == .succeeded)
                #expect(try await store.heartbeat(worker, leaseSeconds: 60) == [])
            }
        },
        JobStoreConformance(name: "cancelAndClaimAgreeOnOneOwner") { store in
            let worker = try await store.worker()
            for _ in 1...20 {
                let run = try #require(try await store.submit(["a"]).runs["a"])
                async let cancelled = store.cancel([run])
                async let claimed = store.claim(for: worker, pool: "cpu", threads: 4, limit: 1)
                #expect(try await cancelled == [run])
                if let claim = try await claimed.first {
                    #expect(try await store.heartbeat(worker, leaseSeconds: 60) == [.cancel(claim.lease)])
                    #expect(try await store.finish(claim.lease, outcome: .cancelled))
                }
                #expect(try await store.state(run) == .cancelled)
            }
        },
        JobStoreConformance(name: "rescueAndFinishAgreeOnOneEnd") { store in
            for _ in 1...10 {
                let worker = try await store.worker()
                _ = try await store.submit(["a"])
                let lease = try await store.claimOne(worker).lease
                _ = try await store.heartbeat(worker, leaseSeconds: -60)
                async let rescued = store.rescueLostRuns()
                async let finished = store.finish(lease, outcome: done)
                let wasRescued = try await rescued == [lease.run]
                let hasFinished = try await finished
                #expect(wasRescued != hasFinished)
                #expect(try await (store.result(of: lease.run) != nil) == hasFinished)
                #expect(try await store.drain(try await store.worker()) == (wasRescued ? ["a"] : []))
            }
        },
    ]
}
