import PodiumCore
import PodiumScheduler
import Testing

/// What waits while the database is away.
@Suite
struct EventBacklogTests {
    private func measurement(_ step: Int) -> EngineEvent {
        .progress(
            TrainingProgress(
                step: step,
                totalSteps: 100,
                loss: 1,
                learningRate: 1e-4,
                examplesPerSecond: 1,
                tokensPerSecond: 1,
                remainingSeconds: 1
            )
        )
    }

    private func steps(_ events: [EngineEvent]) -> [Int] {
        events.compactMap { if case .progress(let progress) = $0 { progress.step } else { nil } }
    }

    private func lines(_ events: [EngineEvent]) -> [String] {
        events.compactMap { if case .log(_, let text) = $0 { text } else { nil } }
    }

    @Test func theOldestMeasurementsGoFirstAndLinesStay() {
        var backlog = EventBacklog(limit: 10)
        for number in 1...5 { backlog.append(.log(.info, "line \(number)")) }
        for step in 1...6 { backlog.append(measurement(step)) }
        #expect(steps(backlog.events) == [])
        #expect(lines(backlog.events) == (1...5).map { "line \($0)" })
        for step in 7...8 { backlog.append(measurement(step)) }
        #expect(steps(backlog.events) == [7, 8])
    }

    @Test func linesGoWhereNothingElseCanAndTheirNumberIsSaid() {
        var backlog = EventBacklog(limit: 10)
        for number in 1...11 { backlog.append(.log(.info, "line \(number)")) }
        #expect(
            lines(backlog.events)
                == ["6 earlier lines are left out: the database was away for too long"] + (7...11).map { "line \($0)" }
        )
    }

    @Test func whatRowsDependOnStaysWhateverItsNumber() {
        var backlog = EventBacklog(limit: 10)
        let removals = (1...100).map { EngineEvent.removed(path: "\($0)") }
        for removal in removals {
            backlog.append(removal)
            backlog.append(.log(.info, "talk"))
        }
        #expect(backlog.events.filter { if case .removed = $0 { true } else { false } } == removals)
    }

    @Test func whatIsPutBackComesBeforeWhatCameMeanwhile() {
        var backlog = EventBacklog(limit: 10)
        for step in 1...3 { backlog.append(measurement(step)) }
        let taken = backlog.takeAll()
        #expect(backlog.events.isEmpty)
        backlog.append(measurement(4))
        backlog.putBack(taken)
        #expect(steps(backlog.events) == [1, 2, 3, 4])
        backlog.putBack((10...19).map(measurement))
        #expect(steps(backlog.events) == [19, 1, 2, 3, 4], "it is bounded here too")
    }

    /// Seconds where every event cost as much as all that wait.
    @Test func manyEventsCostLittle() {
        var backlog = EventBacklog()
        for number in 0..<200_000 {
            backlog.append(number.isMultiple(of: 2) ? .removed(path: "a") : .log(.info, "b"))
        }
        #expect(backlog.events.count(where: { $0 == .removed(path: "a") }) == 100_000)
    }
}
