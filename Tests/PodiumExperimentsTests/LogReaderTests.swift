import PodiumCore
import PodiumExperiments
import PodiumPrimitives
import PodiumTestSupport
import Testing

struct LogReaderTests {
    @Test func aLineHasItsTimeAttemptAndLevel() {
        let warning = LogRecord(sequence: 1, attempt: 2, at: 0, level: .warning, message: "slow")
        #expect(warning.text == "\(LocalTime.text(0)) [2] warning: slow")
        let info = LogRecord(sequence: 1, attempt: 2, at: 0, level: .info, message: "ready")
        #expect(info.text == "\(LocalTime.text(0)) [2] ready")
    }

    @Test func linesAreReadOnceHoweverManyPagesTheyFill() async throws {
        let fixture = try await RunFixture("a")
        let lease = try #require(try await fixture.claim())
        let events = (0..<2500).map { EngineEvent.log(.info, "line \($0)") }
        #expect(try await fixture.store.record(lease, events: events))
        var lines: [String] = []
        try await LogReader(of: fixture.runs[0].rawValue, in: fixture.store).read(follows: false) {
            lines.append($0.message)
        }
        #expect(lines == (0..<2500).map { "line \($0)" })
    }

    @Test func followingEndsWithTheRunAndMissesNoLine() async throws {
        let fixture = try await RunFixture("a")
        let lease = try #require(try await fixture.claim())
        #expect(try await fixture.store.record(lease, events: [.log(.info, "first")]))
        let reading = Task {
            var lines: [String] = []
            try await LogReader(of: fixture.runs[0].rawValue, in: fixture.store, interval: .milliseconds(1))
                .read(follows: true) { lines.append($0.message) }
            return lines
        }
        try await Task.sleep(for: .milliseconds(20))
        #expect(try await fixture.store.record(lease, events: [.log(.info, "last")]))
        #expect(try await fixture.store.finish(lease, outcome: .cancelled))
        #expect(try await reading.value == ["first", "last"])
    }
}
