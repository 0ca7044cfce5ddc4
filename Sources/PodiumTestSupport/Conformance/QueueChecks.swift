import PodiumCore
import Testing

extension JobStoreConformance {
    static let queueChecks = [
        JobStoreConformance(name: "runsOfASweepComeBackAsTheyWereSubmitted") { store in
            let names = ["a \"quoted\" \\ name", "b/seed-2", "c/ß-3", "d"]
            let suite = try await store.submit(names) { spec in
                // Neighbours differ in name and seed alone, or in a hyper-parameter as well.
                spec.work.seed = UInt64(names.firstIndex(of: spec.name) ?? 0) &* 6_148_914_691_236_517_205
                if spec.name == "c/ß-3" { spec.work.optimization?.learningRate = 3e-5 }
            }
            for (place, name) in names.enumerated() {
                let run = try #require(suite.runs[name])
                let spec = try #require(try await store.run(run)?.spec)
                #expect(spec.name == name)
                #expect(spec.work.seed == UInt64(place) &* 6_148_914_691_236_517_205)
                #expect((spec.work.optimization?.learningRate == 3e-5) == (place == 2))
            }
        },
        JobStoreConformance(name: "runsAreClaimedInOrderOfPriorityThenSubmission") { store in
            _ = try await store.submit(["a", "b"])
            _ = try await store.submit(["c"])
            _ = try await store.submit(["urgent"], priority: 5)
            #expect(try await store.drain(try await store.worker()) == ["urgent", "a", "b", "c"])
        },
        JobStoreConformance(name: "aWorkerClaimsOnlyWhatFits") { store in
            _ = try await store.submit(["wide"]) { $0.resources.threads = 3 }
            _ = try await store.submit(["narrow"]) { $0.resources.threads = 1 }
            _ = try await store.submit(["elsewhere"]) { $0.resources.device = .tpu }
            let worker = try await store.worker()
            let narrow = try await store.claim(for: worker, pool: "cpu", threads: 2, limit: 10)
            #expect(narrow.map(\.spec.name) == ["narrow"])
            let wide = try await store.claim(for: worker, pool: "cpu", threads: 3, limit: 10)
            #expect(wide.map(\.spec.name) == ["wide"])
            let other = try await store.claim(for: worker, pool: "tpu", threads: 2, limit: 10)
            #expect(other.map(\.spec.name) == ["elsewhere"])
        },
        JobStoreConformance(name: "aClaimTakesNoMoreThanItsLimit") { store in
            _ = try await store.submit((1...5).map { "run-\($0)" })
            let worker = try await store.worker()
            var names: [String] = []
            for limit in [2, 2, 2] {
                names += try await store.claim(for: worker, pool: "cpu", threads: 4, limit: limit).map(\.spec.name)
            }
            #expect(names == ["run-1", "run-2", "run-3", "run-4", "run-5"])
        },
        JobStoreConformance(name: "aClaimTakesNoMoreThanItsThreadsAllow") { store in
            _ = try await store.submit(["a", "b"]) { $0.resources.threads = 2 }
            _ = try await store.submit(["c", "d"]) { $0.resources.threads = 1 }
            let worker = try await store.worker()
            func claim(_ threads: Int) async throws -> [String] {
                try await store.claim(for: worker, pool: "cpu", threads: threads, limit: threads).map(\.spec.name)
            }
            #expect(try await claim(3) == ["a"])
            #expect(try await claim(1) == ["c"])
            #expect(try await claim(8) == ["b", "d"])
            #expect(try await claim(8) == [])
        },
        JobStoreConformance(name: "aSubmissionWithAWrongDependencyStoresNothing") { store in
            await #expect(throws: (any Error).self) {
                _ = try await store.submit(runs: [("a", [Dependency(parent: "nobody", condition: .afterSuccess)])])
            }
            let suites = try await store.suites()
            let runs = try await store.runs(suite: nil, includingTerminal: true)
            #expect(suites.isEmpty && runs.isEmpty)
        },
        JobStoreConformance(name: "aSubmissionWithTwoRunsOfOneNameStoresNothing") { store in
            await #expect(throws: (any Error).self) { _ = try await store.submit(["a", "a"]) }
            let suites = try await store.suites()
            #expect(suites.isEmpty)
        },
        JobStoreConformance(name: "aSuiteIsFoundByNumberByNameAndAsTheNewest") { store in
            #expect(try await store.suite(named: nil) == nil)
            let first = try await store.submit(["a"])
            let second = try await store.submit(["b"])
            #expect(try await store.suite(named: nil)?.id == second.suite)
            #expect(try await store.suite(named: "suite")?.id == second.suite)
            #expect(try await store.suite(named: first.suite.description)?.id == first.suite)
            #expect(try await store.suite(named: "nobody") == nil)
            #expect(try await store.suites().map(\.id) == [second.suite, first.suite])
            let runs = try await store.runs(suite: nil, includingTerminal: false)
            #expect(runs.map(\.spec.name) == ["b", "a"])
        },
        JobStoreConformance(name: "aSuiteOfOneNameAmongSeveralIsNotGuessed") { store in
            let first = try await store.submit(["a"])
            let second = try await store.submit(["b"])
            #expect(try await store.suites(named: "suite").map(\.id) == [second.suite, first.suite])
            #expect(try await store.suites(named: "\(first.suite)").map(\.id) == [first.suite])
            #expect(try await store.suites(named: "nobody").isEmpty)
        },
        JobStoreConformance(name: "runsArePagedInTheirOrder") { store in
            _ = try await store.submit(["a", "b", "c"])
            _ = try await store.submit(["d", "e"])
            var names: [String] = []
            var last: RunRecord?
            while true {
                let page = try await store.runs(suite: nil, includingTerminal: true, after: last, limit: 2)
                guard let end = page.last else { break }
                names += page.map(\.spec.name)
                last = end
            }
            #expect(names == ["d", "e", "a", "b", "c"])
            #expect(try await store.runCounts(suite: nil) == [.ready: 5])
        },
        JobStoreConformance(name: "labelsBringRunsAndWorkersTogether") { store in
            let plain = try await store.submit(runs: [("plain", [])]).runs["plain"]
            let labelled = try await store.submit(runs: [("labelled", [])]) { $0.resources.label = "big" }
                .runs["labelled"]
            let worker = try await store.worker()
            let big = try await store.worker(pool: ComputeDevice.cpu.pool(label: "big"))
            #expect(try await store.claimOne(worker).lease.run == plain)
            #expect(try await store.claim(for: worker, pool: "cpu", threads: 4, limit: 1).isEmpty)
            #expect(
                try await store.claim(for: big, pool: "cpu/big", threads: 4, limit: 9).map(\.lease.run) == [labelled]
            )
        },
        JobStoreConformance(name: "runsOfSeveralNodesWaitForAWorkerOfAsMany") { store in
            let suite = try await store.submit(["gang"]) { spec in
                spec.resources = Resources(threads: 1, ranks: 4, nodes: 2)
            }
            let gang = try #require(suite.runs["gang"])
            _ = try await store.submit((1...4).map { "small-\($0)" }) { $0.resources.threads = 1 }
            #expect(
                try await store.run(gang)?.reason == "needs a worker of 2 nodes with device cpu; none is registered"
            )
            // Nobody with a part of what it needs has it, whatever its threads.
            let single = try await store.worker(threads: 64)
            #expect(try await store.claim(for: single, pool: "cpu", threads: 64, limit: 9).count == 4)
            let pool = ComputeDevice.cpu.pool(label: nil, nodes: 2)
            let narrow = try await store.worker(pool: pool, threads: 2)
            #expect(try await store.run(gang)?.reason == "no worker of 2 nodes has 2 threads on each")
            #expect(try await store.claim(for: narrow, pool: pool, threads: 2, limit: 9).isEmpty)
            let wide = try await store.worker(pool: pool, threads: 4)
            #expect(try await store.run(gang)?.reason == nil)
            let claims = try await store.claim(for: wide, pool: pool, threads: 4, limit: 9)
            #expect(claims.map(\.lease.run) == [gang])
            #expect(claims.first?.spec.resources.nodes == 2)
        },
        JobStoreConformance(name: "whatNobodyCanRunSaysWhy") { store in
            let suite = try await store.submit(runs: [
                ("wide", []), ("report", [Dependency(parent: "wide", condition: .afterAny)]),
            ]) { $0.resources.threads = 3 }
            let wide = try #require(suite.runs["wide"])
            let report = try #require(suite.runs["report"])
            #expect(try await store.run(wide)?.reason == "no worker with device cpu")
            _ = try await store.worker(threads: 2)
            #expect(try await store.run(wide)?.reason == "no worker has 3 threads")
            let record = try await store.run(report)
            #expect(record?.reason == "waits for run \(wide); run \(wide): no worker has 3 threads")
            #expect(record?.isOver == false)
            _ = try await store.worker(threads: 3)
            #expect(try await store.run(wide)?.reason == nil)
            #expect(try await store.run(report)?.reason == "waits for run \(wide)")
        },
        JobStoreConformance(name: "listenersAreNotified") { store in
            var hints = try await store.notifications().makeAsyncIterator()
            _ = try await store.submit(["a"])
            await #expect(hints.next() != nil)
        },
    ]
}
