import FoundationEssentials
import PodiumCore
import PodiumScheduler
import PodiumTestSupport
import Synchronization
import Testing

/// A worker whose files go to another machine and come from it.
@Suite(.serialized)
struct ExchangeTests {
    /// An exchange that does what a test says, and notes what was asked of it.
    private final class ScriptedExchange: ArtifactExchange {
        struct State {
            var isAway = false
            var missing: String?
            var isIntact = true
            var pushed: [String] = []
            var released: [String] = []
        }

        let state = Mutex(State())

        func fetch(_ assignment: EngineAssignment) async throws -> EngineAssignment {
            if let missing = state.withLock(\.missing) { throw ExchangeError(.input, "\(missing) is nowhere") }
            var assignment = assignment
            assignment.places = ["/there": "/here"]
            return assignment
        }

        func push(_ artifact: Artifact, of lease: Lease) async throws -> Artifact? {
            try state.withLock { state in
                guard !state.isAway else { throw ExchangeError(.infrastructure, "nobody answers") }
                state.pushed.append(artifact.path)
            }
            var stored = artifact
            stored.path = storedPath(artifact.path)
            return stored
        }

        func areIntact(_ artifacts: [Artifact], for lease: Lease) async -> Bool { state.withLock(\.isIntact) }

        func storedPath(_ path: String) -> String { "/there" + path }

        func release(_ paths: [String], of lease: Lease) async {
            state.withLock { $0.released += paths }
        }
    }

    private static func artifact(_ kind: Artifact.Kind, step: Int) -> Artifact {
        Artifact(kind: kind, step: step, path: "/\(kind)-\(step)", sha256: String(repeating: "a", count: 64), bytes: 1)
    }

    private static func paths(_ fixture: Fixture, _ run: RunID) async throws -> [String] {
        try await fixture.store.artifacts(of: run).filter { $0.removedAt == nil }.map(\.artifact.path)
    }

    @Test func aRowNamesAnArtifactWhenItsFilesAreThere() async throws {
        let fixture = Fixture()
        let exchange = ScriptedExchange()
        let runs = try await fixture.submit("a")
        try await fixture.withWorker(exchange: exchange) { _ in
            let engine = try #require(await fixture.engines(1).first)
            exchange.state.withLock { $0.isAway = true }
            engine.say(.artifact(Self.artifact(.checkpoint, step: 1)))
            engine.say(.log(.info, "a line"))
            // The line does not wait for the file.
            #expect(
                try await fixture.clock.advance {
                    try await fixture.store.logLines(of: runs[0], after: 0, limit: 10).contains {
                        $0.message == "a line"
                    }
                }
            )
            #expect(try await Self.paths(fixture, runs[0]).isEmpty)
            exchange.state.withLock { $0.isAway = false }
            #expect(
                try await fixture.clock.advance { try await Self.paths(fixture, runs[0]) == ["/there/checkpoint-1"] }
            )
            // What is given up goes there too.
            engine.say(.artifact(Self.artifact(.checkpoint, step: 2)))
            engine.say(.removed(path: "/checkpoint-1"))
            #expect(
                try await fixture.clock.advance { try await Self.paths(fixture, runs[0]) == ["/there/checkpoint-2"] }
            )
            #expect(await fixture.clock.advance { exchange.state.withLock { $0.released == ["/there/checkpoint-1"] } })
            engine.say(.result(RunResult(score: 0.5), artifacts: [Self.artifact(.model, step: 3)]))
            engine.exit(.exited(0))
            #expect(try await fixture.reaches(.succeeded, runs[0]))
            #expect(try await Self.paths(fixture, runs[0]) == ["/there/model-3"])
            #expect(
                await fixture.clock.advance { exchange.state.withLock { $0.released.last == "/there/checkpoint-2" } }
            )
        }
    }

    /// Works are told by their seeds; this machine's files say nothing, since they are elsewhere.
    private struct Works: WorkRecognition {
        func key(of assignment: EngineAssignment) async -> String? { assignment.spec.work.seed.map { "\($0)" } }
        func areIntact(_ artifacts: [Artifact]) async -> Bool { false }
    }

    @Test func aResultIsTakenOverWhoseFilesAreIntactThere() async throws {
        let fixture = Fixture()
        let exchange = ScriptedExchange()
        let first = try await fixture.submit("first") { $0.work.seed = 1 }
        try await fixture.withWorker(exchange: exchange, works: Works()) { _ in
            let engine = try #require(await fixture.engines(1).first)
            engine.say(.result(RunResult(score: 0.25), artifacts: [Self.artifact(.model, step: 3)]))
            engine.exit(.exited(0))
            #expect(try await fixture.reaches(.succeeded, first[0]))
            let again = try await fixture.submit("again") { $0.work.seed = 1 }
            #expect(try await fixture.reaches(.succeeded, again[0]))
            #expect(try await fixture.store.result(of: again[0])?.reusedFrom?.run == first[0])
            // The files stay where they are, and nothing is sent a second time.
            #expect(try await Self.paths(fixture, again[0]) == ["/there/model-3"])
            #expect(exchange.state.withLock(\.pushed) == ["/model-3"])
            exchange.state.withLock { $0.isIntact = false }
            _ = try await fixture.submit("damaged") { $0.work.seed = 1 }
            #expect(await fixture.engines(2).last?.request.name == "damaged")
        }
    }

    @Test func aResultWaitsForTheWayAndIsNotLost() async throws {
        let fixture = Fixture()
        let exchange = ScriptedExchange()
        let runs = try await fixture.submit("a")
        try await fixture.withWorker(exchange: exchange) { _ in
            let engine = try #require(await fixture.engines(1).first)
            exchange.state.withLock { $0.isAway = true }
            engine.say(.result(RunResult(score: 0.5), artifacts: [Self.artifact(.model, step: 3)]))
            engine.exit(.exited(0))
            await fixture.clock.advance(by: .seconds(300))
            #expect(try await fixture.state(runs[0]) == .running)
            exchange.state.withLock { $0.isAway = false }
            #expect(try await fixture.reaches(.succeeded, runs[0]))
            #expect(try await fixture.store.attempts(of: runs[0]).count == 1)
            #expect(try await fixture.store.result(of: runs[0])?.score == 0.5)
        }
    }

    @Test func whatIsNowhereEndsTheRunWithASentence() async throws {
        let fixture = Fixture()
        let exchange = ScriptedExchange()
        exchange.state.withLock { $0.missing = "/data/MRPC/train.tsv" }
        let runs = try await fixture.submit("a")
        try await fixture.withWorker(exchange: exchange) { _ in
            #expect(try await fixture.reaches(.failed, runs[0]))
            #expect(fixture.launcher.engines.isEmpty)
            let attempt = try #require(try await fixture.store.attempts(of: runs[0]).first)
            #expect(attempt.message == "/data/MRPC/train.tsv is nowhere")
        }
    }

    @Test func aWorkerThatLeavesDoesNotWaitForAWayThatIsShut() async throws {
        let fixture = Fixture()
        let exchange = ScriptedExchange()
        let runs = try await fixture.submit("a")
        try await fixture.withWorker(exchange: exchange) { _ in
            let engine = try #require(await fixture.engines(1).first)
            exchange.state.withLock { $0.isAway = true }
            engine.say(.artifact(Self.artifact(.checkpoint, step: 1)))
            await fixture.clock.advance(by: .seconds(20))
        }
        // What could not be brought is left out, and the run is another worker's.
        #expect(try await fixture.state(runs[0]) == .ready)
        #expect(try await Self.paths(fixture, runs[0]).isEmpty)
        #expect(try await fixture.store.attempts(of: runs[0]).map(\.outcome) == [.released])
    }
}
