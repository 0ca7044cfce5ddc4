import Foundation
import PodiumExperiments
import PodiumLibrary
import Testing

struct ReadinessTests {
    @Test func littleMemoryIsANote() {
        #expect(Readiness.memory(bytes: 1 << 30).line == "• memory: 1.0 GiB: enough for tiny models only")
        #expect(Readiness.memory(bytes: 1 << 31).line == "✓ memory: 2.0 GiB")
    }

    @Test func aNearlyFullDiskIsANote() {
        let tight = Readiness.dataDirectory("/d", free: 0x1p30)
        #expect(tight.line == "• data directory: /d, 1.0 GiB free; checkpoints of larger models need more")
        #expect(Readiness.dataDirectory("/d", free: 0x1p40).line == "✓ data directory: /d, 1024.0 GiB free")
    }

    @Test func aFolderThatCannotBeMadeIsMissing() {
        let finding = Readiness.dataDirectory("/proc/podium")
        #expect(finding.status == .missing && finding.line.hasPrefix("✗ data directory: /proc/podium"))
    }

    @Test func aDatabaseThatDoesNotAnswerIsMissing() async {
        let url = "postgresql://nobody@127.0.0.1:1/none"
        #expect(await Readiness.database(url: url, dataDirectory: "/nonexistent").status == .missing)
        #expect(await Readiness.database(url: "nonsense", dataDirectory: "/nonexistent").status == .missing)
    }

    @Test func modelsThatAreNotFetchedAreANote() {
        let finding = Readiness.models(ModelLibrary(directory: "/nonexistent"))
        #expect(finding.status == .note && finding.message.hasPrefix(ModelLibrary.names.joined(separator: ", ")))
    }
}
