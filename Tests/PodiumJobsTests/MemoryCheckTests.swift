import Foundation
import PodiumCore
import PodiumJobs
import Testing

@Suite struct MemoryCheckTests {
    private static let gibibyte = 1 << 30

    /// 1 GiB for every four sequences.
    private func refusal(
        batchSize: Int,
        limit: Int64? = nil,
        available: Int = 8,
        isCheckpointing: Bool = false
    ) -> JobError? {
        let state = MemoryState(
            resident: Self.gibibyte / 2,
            available: available * Self.gibibyte,
            total: 16 * Self.gibibyte
        )
        do {
            try MemoryCheck(limit: limit, state: state).check(
                batchSize: batchSize,
                isCheckpointing: isCheckpointing
            ) { $0 * Self.gibibyte / 4 }
            return nil
        } catch {
            return error as? JobError
        }
    }

    @Test func whatFitsIsNotRefused() {
        #expect(refusal(batchSize: 32) == nil)
        #expect(refusal(batchSize: 4, limit: Int64(2 * Self.gibibyte)) == nil)
    }

    @Test func moreThanTheMachineHasWillNeverFit() throws {
        let error = try #require(refusal(batchSize: 128))
        #expect(error.failure == .input)
        #expect(error.message.contains("a batch of 128 needs about 32.0 GiB"), "\(error)")
        #expect(error.message.contains("16.0 GiB in all"), "\(error)")
        #expect(error.message.contains("a batchSize of 32 fits"), "\(error)")
        #expect(error.message.contains("gradientCheckpointing: true"), "\(error)")
    }

    @Test func moreThanIsFreeMayFitLater() throws {
        let error = try #require(refusal(batchSize: 32, available: 2, isCheckpointing: true))
        #expect(error.failure == .outOfMemory)
        #expect(error.message.contains("only 2.0 GiB of 16.0 GiB are free"), "\(error)")
        #expect(error.message.contains("a batchSize of 8 fits"), "\(error)")
        #expect(!error.message.contains("gradientCheckpointing"), "\(error)")
    }

    @Test func theJobsOwnLimitCountsWhatIsResident() throws {
        let error = try #require(refusal(batchSize: 4, limit: Int64(Self.gibibyte)))
        #expect(error.failure == .input)
        #expect(error.message.contains("with 512 MiB in use already that is more than resources.memory, 1.0 GiB"))
        #expect(error.message.contains("a batchSize of 2 fits"), "\(error)")
    }

    @Test func whereNothingFitsNoBatchSizeIsRecommended() throws {
        let error = try #require(refusal(batchSize: 4, limit: Int64(Self.gibibyte / 2)))
        #expect(!error.message.contains("fits"), "\(error)")
    }
}

@Suite struct MemoryStateTests {
    private func state(group: [String: String]) throws -> MemoryState? {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("podium-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        let files = [
            "proc/meminfo": "MemTotal:       16777216 kB\nMemFree: 1 kB\nMemAvailable:    8388608 kB\n",
            "proc/self/status": "Name:\tpodium\nVmRSS:\t  1024 kB\n",
        ].merging(group.map { ("group/\($0)", $1) }) { $1 }
        for (name, text) in files {
            let path = root.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: path.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try text.write(to: path, atomically: false, encoding: .utf8)
        }
        return MemoryState(processes: "\(root.path)/proc", controlGroup: "\(root.path)/group")
    }

    @Test func theMachineCountsWhereNoGroupAllowsLess() throws {
        let machine = MemoryState(resident: 1 << 20, available: 8 << 30, total: 16 << 30)
        #expect(try state(group: [:]) == machine)
        #expect(try state(group: ["memory.max": "max\n", "memory.current": "1\n"]) == machine)
        #expect(try state(group: ["memory.max": "\(1 << 40)\n", "memory.current": "1\n"]) == machine)
    }

    @Test func aGroupCountsWithItsCacheThatCanBeDropped() throws {
        let group = [
            "memory.max": "\(4 << 30)\n", "memory.current": "\(3 << 30)\n",
            "memory.stat": "anon 1\ninactive_file \(1 << 30)\nactive_file 7\n",
        ]
        #expect(try state(group: group) == MemoryState(resident: 1 << 20, available: 2 << 30, total: 4 << 30))
    }

    @Test func thisMachineHasMemory() throws {
        let state = try #require(MemoryState())
        #expect(state.resident > 1 << 20 && state.resident < state.total && state.available <= state.total)
    }
}
