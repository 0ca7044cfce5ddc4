import PodiumCore
import PodiumScheduler
import PodiumTestSupport
import Synchronization
import Testing

/// A worker that recognizes work.
@Suite(.serialized)
struct ReuseTests {
    /// Works are told by their seeds.
    private final class Works: WorkRecognition {
        let isIntact = Mutex(true)
        /// What is in front of a key: a file's content.
        let content = Mutex("a")

        func key(of assignment: EngineAssignment) async -> String? {
            content.withLock { content in assignment.spec.work.seed.map { "\(content) \($0)" } }
        }

        func areIntact(_ artifacts: [Artifact]) async -> Bool { isIntact.withLock { $0 } }
    }

    private static func seed(_ seed: UInt64) -> (inout RunSpec) -> Void { { $0.work.seed = seed } }

    @Test func theSameWorkRunsOnce() async throws {
        let fixture = Fixture()
        let first = try await fixture.submit("first", change: Self.seed(1))
        try await fixture.withWorker(works: Works()) { _ in
            let engine = try #require(await fixture.engines(1).first)
            engine.succeed(score: 0.25)
            #expect(try await fixture.reaches(.succeeded, first[0]))
            let again = try await fixture.submit("again", change: Self.seed(1))
            #expect(try await fixture.reaches(.succeeded, again[0]))
            #expect(try await fixture.store.result(of: again[0])?.score == 0.25)
            #expect(try await fixture.store.result(of: again[0])?.reusedFrom?.run == first[0])
            // Another seed is other work.
            let other = try await fixture.submit("other", change: Self.seed(2))
            let engines = await fixture.engines(2)
            #expect(engines.map(\.request.name) == ["first", "other"])
            engines.last?.succeed(score: 0.75)
            #expect(try await fixture.reaches(.succeeded, other[0]))
            let found = try #require(try await fixture.store.result(of: other[0]))
            #expect(found.reusedFrom == nil)
        }
    }

    @Test func whoWantsItFreshOrHasNoFilesRunsIt() async throws {
        let fixture = Fixture()
        let works = Works()
        let first = try await fixture.submit("first", change: Self.seed(1))
        try await fixture.withWorker(works: works) { _ in
            await fixture.engines(1).first?.succeed()
            #expect(try await fixture.reaches(.succeeded, first[0]))
            _ = try await fixture.submit("fresh") {
                $0.work.seed = 1
                $0.mayReuse = false
            }
            #expect(await fixture.engines(2).last?.request.name == "fresh")
            works.isIntact.withLock { $0 = false }
            _ = try await fixture.submit("damaged", change: Self.seed(1))
            #expect(await fixture.engines(3).last?.request.name == "damaged")
        }
    }

    @Test func aResultIsNotOfferedWhereAFileChangedWhileItRan() async throws {
        let fixture = Fixture()
        let works = Works()
        let first = try await fixture.submit("first", change: Self.seed(1))
        try await fixture.withWorker(works: works) { _ in
            let engine = try #require(await fixture.engines(1).first)
            works.content.withLock { $0 = "b" }
            engine.succeed()
            #expect(try await fixture.reaches(.succeeded, first[0]))
            let found = try #require(try await fixture.store.result(of: first[0]))
            #expect(found.workKey == nil)
        }
    }

    @Test func aWorkerOfABuildThatNobodyCanNameNeitherReusesNorOffers() async throws {
        let fixture = Fixture()
        let runs = try await fixture.submit("first", change: Self.seed(1))
        try await fixture.withWorker { _ in
            await fixture.engines(1).first?.succeed()
            #expect(try await fixture.reaches(.succeeded, runs[0]))
            let found = try #require(try await fixture.store.result(of: runs[0]))
            #expect(found.workKey == nil)
        }
        for commit in [nil, "", "0123abc-modified"] {
            #expect(
                EngineIdentity(
                    version: "1",
                    commit: commit,
                    processor: "p",
                    instructions: "avx2",
                    matmulLibrary: "onednn"
                ) == nil
            )
        }
    }
}
