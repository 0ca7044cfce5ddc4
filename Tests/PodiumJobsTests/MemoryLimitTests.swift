import Foundation
import PodiumJobs
import Testing

struct MemoryLimitTests {
    @Test func memoryThatIsTouchedIsCounted() throws {
        let before = try #require(MemoryLimit.used)
        let bytes = 128 << 20
        let block = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 4096)
        defer { block.deallocate() }
        memset(block, 1, bytes)
        let after = try #require(MemoryLimit.used)
        #expect(after - before > Int64(bytes) * 3 / 4)
    }

    @Test func aLimitBelowWhatIsHeldIsToldAndOneAboveIsNot() async throws {
        let told = AsyncStream<Int64>.makeStream()
        MemoryLimit(bytes: .max).watch { _ in told.continuation.yield(-1) }
        MemoryLimit(bytes: 1 << 10).watch { told.continuation.yield($0) }
        var found = told.stream.makeAsyncIterator()
        let used = try #require(await found.next())
        #expect(used > 1 << 10)
        #expect(MemoryLimit(bytes: 1 << 20).message(used: 3 << 20).contains("3 MiB"))
    }
}
