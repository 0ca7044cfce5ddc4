import PodiumCore
import PodiumStore
import PodiumTestSupport
import Testing

@Suite(.database)
struct PilotStoreTests {
    private func withStore(_ body: (PostgresStore) async throws -> Void) async throws {
        let store = try await PostgresStore.open(try TestDatabase.current)
        do {
            try await body(store)
            await store.close()
        } catch {
            await store.close()
            throw error
        }
    }

    private func registration(_ pilot: String?, task: Int = 1) -> WorkerRegistration {
        WorkerRegistration(
            host: "h",
            processID: 1,
            pool: "cpu",
            threads: 2,
            version: "t",
            pilot: pilot.map { .init(name: $0, task: task) },
            endsAt: 2_000_000_000
        )
    }

    @Test func aSubmissionIsFollowedFromItsRowToItsEnd() async throws {
        try await withStore { store in
            let id = try await store.addPilots(pool: "p", name: "podium-p-1", queue: "cpu", threads: 2, tasks: 2)
            // The same call again, after a lost reply.
            #expect(try await store.addPilots(pool: "p", name: "podium-p-1", queue: "cpu", threads: 2, tasks: 2) == id)
            try await store.note(.trying, of: id)
            try await store.note(.refused("away"), of: id)
            var snapshot = try await store.pilotSnapshot(pool: "p", queue: "cpu", threads: 2)
            #expect(snapshot.submissions.map(\.reason) == ["away"])
            #expect(snapshot.submissions.first?.tries == 1 && snapshot.submissions.first?.job == nil)
            try await store.note(.accepted(job: "7"), of: id)
            let states = [PilotTask(task: 1, state: "RUNNING", node: "n1"), PilotTask(task: 2, state: "PENDING")]
            try await store.note(.seen(states), of: id)
            let worker = try await store.registerWorker(registration("podium-p-1", task: 2), leaseSeconds: 60)
            _ = try await store.registerWorker(registration(nil), leaseSeconds: 60)
            snapshot = try await store.pilotSnapshot(pool: nil, queue: "cpu", threads: 2)
            let found = try #require(snapshot.submissions.first)
            #expect(found.job == "7" && found.reason == nil && found.states == states)
            #expect(found.workers == [PilotWorker(worker: worker, task: 2, isAlive: true, runs: 0)])
            try await store.retireWorker(worker)
            #expect(
                try await store.pilotSnapshot(pool: "p", queue: "cpu", threads: 2).submissions.first?.workers.map(
                    \.isAlive
                )
                    == [false]
            )
            try await store.note(.ended(reason: "2 COMPLETED"), of: id)
            #expect(try await store.pilotSnapshot(pool: "p", queue: "cpu", threads: 2).submissions.isEmpty)
            let rows = try await Connection.open(store.address).query(
                "select reason from pilots where ended_at is not null and id = $1",
                .int(id)
            )
            #expect(try rows.map { try $0.get("reason", as: String.self) } == ["2 COMPLETED"])
        }
    }

    @Test func whatWaitsIsCountedAsFarAsAPilotCouldTakeIt() async throws {
        try await withStore { store in
            let runs = [1, 2, 3].map { threads in
                var spec = RunSpec(
                    name: "r\(threads)",
                    system: "tiny",
                    work: .finetune(FineTuning(model: .preset("tiny"), task: .mrpc))
                )
                spec.resources.threads = threads
                return PlannedRun(spec: spec)
            }
            _ = try await store.submit(Submission(name: "s", kind: .suite, source: "", runs: runs))
            let snapshot = try await store.pilotSnapshot(pool: "p", queue: "cpu", threads: 2)
            #expect((snapshot.waitingThreads, snapshot.waitingRuns) == (3, 2))
            #expect(try await store.pilotSnapshot(pool: "p", queue: "tpu", threads: 2).waitingThreads == 0)
        }
    }

    @Test func submissionsWithoutAnyWorkerAreCountedBackToTheLastThatHadOne() async throws {
        try await withStore { store in
            for (number, worked) in [false, true, false, false].enumerated() {
                let name = "podium-p-\(number)"
                let id = try await store.addPilots(pool: "p", name: name, queue: "cpu", threads: 1, tasks: 1)
                if worked { _ = try await store.registerWorker(registration(name), leaseSeconds: 1) }
                try await store.note(.ended(reason: "x"), of: id)
            }
            let snapshot = try await store.pilotSnapshot(pool: "p", queue: "cpu", threads: 1)
            #expect(snapshot.fruitless == 2)
            #expect(snapshot.fruitlessSince.map { $0 <= snapshot.now } == true)
            #expect(try await store.pilotSnapshot(pool: "q", queue: "cpu", threads: 1).fruitless == 0)
        }
    }

    @Test func oneProcessKeepsAPoolUntilItIsClosed() async throws {
        try await withStore { store in
            try await store.openPool("p")
            #expect(try await store.holdPool("p", as: "a", seconds: 60) == .held)
            #expect(try await store.holdPool("p", as: "a", seconds: 60) == .held)
            #expect(try await store.holdPool("p", as: "b", seconds: 60) == .taken(by: "a"))
            #expect(try await store.holdPool("q", as: "b", seconds: 60) == .held)
            try await store.closePool("p")
            #expect(try await store.holdPool("p", as: "a", seconds: 60) == .closed)
            try await store.openPool("p")
            #expect(try await store.holdPool("p", as: "a", seconds: 0) == .held)
            // Its time is over.
            #expect(try await store.holdPool("p", as: "b", seconds: 60) == .held)
        }
    }
}
