import Foundation
import PodiumCore
import PodiumJobs
import Synchronization
import Testing

struct EventChannelTests {
    private final class Lines: Sendable {
        let lines = Mutex<[String]>([])
    }

    @Test func everyEventIsALineOfItsOwn() throws {
        let written = Lines()
        let channel = EventChannel { line in written.lines.withLock { $0.append(line) } }
        let events = [EngineEvent.log(.info, "two\nlines"), .removed(path: "/a/b")]
        events.forEach(channel.say)
        let lines = written.lines.withLock { $0 }
        #expect(lines.count == 2 && lines.allSatisfy { !$0.contains("\n") })
        #expect(try lines.map { try JSONDecoder().decode(EngineEvent.self, from: Data($0.utf8)) } == events)
    }

    @Test func aNumberThatIsNoneDoesNotHideTheEvent() {
        let written = Lines()
        let channel = EventChannel { line in written.lines.withLock { $0.append(line) } }
        channel.say(
            .progress(
                TrainingProgress(
                    step: 1,
                    totalSteps: 2,
                    loss: .nan,
                    learningRate: 1,
                    examplesPerSecond: .infinity,
                    tokensPerSecond: 1,
                    remainingSeconds: 1
                )
            )
        )
        let line = written.lines.withLock { $0.first }
        #expect(line?.contains("\"loss\":\"nan\"") == true && line?.contains("\"inf\"") == true)
    }
}
