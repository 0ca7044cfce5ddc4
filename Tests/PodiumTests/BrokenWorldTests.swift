import Foundation
import Subprocess
import SystemPackage
import Testing

/// Database, network and file-system trouble: status 3, one message, nothing half-written.
@Suite(.serialized)
struct BrokenWorldTests {
    @Test func withoutPostgreSQLItSaysWhatToInstall() async throws {
        let place = try Place()
        defer { place.tearDown() }
        let outcome = try await place.binary.run(["up"], environment: ["PG_BIN": place.folder])
        #expect(outcome.status == 3)
        #expect(outcome.error.contains("initdb") || outcome.error.contains("postgresql"), "\(outcome.error)")
    }

    @Test func aServerThatIsNotThereIsTrouble() async throws {
        let place = try Place()
        defer { place.tearDown() }
        for url in ["postgresql://podium@127.0.0.1:1/podium", "postgresql://podium@/podium?host=/nowhere"] {
            let outcome = try await place.binary.run("queue", "--database", url)
            #expect(outcome.status == 3 && outcome.error.contains("cannot connect"), "\(outcome.error)")
            #expect(outcome.error.split(separator: "\n").count == 1)
        }
        let nonsense = try await place.binary.run("queue", "--database", "postgresql://secret:word@:x:y")
        #expect([2, 3].contains(nonsense.status) && !nonsense.error.contains("word"), "\(nonsense.error)")
    }

    @Test func aWrongPasswordIsRefusedAndNotRepeated() async throws {
        let place = try Place()
        defer { place.tearDown() }
        _ = try await place.up()
        let data = "\(place.binary.dataDirectory)/postgres/data"
        try BadInput.rewrite("\(data)/pg_hba.conf") { "local all stranger scram-sha-256\n" + $0 }
        kill(try #require(place.serverProcess), SIGHUP)
        let url = "postgresql://stranger:opensesame@/podium?host=\(place.binary.dataDirectory)/postgres/run&port=5432"
        try await place.wait("the new rules") {
            try await place.binary.run("queue", "--database", url).error.contains("password")
        }
        let outcome = try await place.binary.run("queue", "--database", url)
        #expect(outcome.status == 3)
        #expect(!outcome.error.contains("opensesame"))
    }

    /// A table goes while all is at work: the command ends and says which, and so does every one that comes after.
    @Test func aDatabaseThatLacksATableEndsTheCommandAndIsNotStartedAgain() async throws {
        let place = try Place()
        defer { place.tearDown() }
        let up = try await place.up()
        let data = place.binary.dataDirectory
        let address = "host=\(data)/postgres/run port=5432 user=podium dbname=podium"
        let folders = try FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql").sorted()
        let psql = "/usr/lib/postgresql/\(try #require(folders.last))/bin/psql"
        try await shell(psql, address, "-c", "drop table leaders")
        try await place.wait("the end of podium up") { !up.isRunning }
        #expect(up.terminationStatus == 3)
        let log = try String(contentsOfFile: "\(place.folder)/up.log", encoding: .utf8)
        #expect(log.contains("\"leaders\" does not exist") && log.contains("podium doctor"), "\(log)")
        let suite = try place.write("small.yaml", EndToEndTests.smallSuite)
        for words in [["up"], ["daemon"], ["run", suite]] {
            let outcome = try await place.binary.run(words)
            #expect(outcome.status == 3 && outcome.error.contains("lacks table leaders"), "\(words): \(outcome.error)")
        }
        #expect(place.serverProcess == nil)
    }

    @Test func aDataDirectoryThatIsAFileIsTrouble() async throws {
        let place = try Place()
        defer { place.tearDown() }
        let file = try place.write("file", "")
        let outcome = try await place.binary.run("up", "--data-dir", file)
        #expect(outcome.status == 3 && outcome.error.contains(file), "\(outcome.error)")
    }

    /// A small file system of its own stands for the full disk; mounting takes root.
    @Test(.enabled(if: geteuid() == 0, "mounting a small file system takes root"))
    func aFullDiskLeavesNothingHalfWritten() async throws {
        let place = try Place()
        defer { place.tearDown() }
        let disk = "\(place.folder)/disk"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        try await shell("/bin/mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk)
        let suite = try place.write("small.yaml", EndToEndTests.smallSuite)
        // No room for a database.
        let up = try await place.binary.run("up", "--data-dir", "\(disk)/data")
        // No room for a model: its run fails, the suite ends, and nothing but what was complete is there.
        _ = try await place.up()
        let artifacts = "\(place.binary.dataDirectory)/artifacts"
        try FileManager.default.createDirectory(atPath: artifacts, withIntermediateDirectories: true)
        try await shell("/bin/mount", "--bind", disk, artifacts)
        let run = try await place.binary.run("submit", suite, "--set", "retry.limit=0", "--wait")
        let runs = try await place.runs(suite: "small")
        let left = FileManager.default.enumerator(atPath: artifacts)?.allObjects.compactMap { $0 as? String } ?? []
        try await shell("/bin/umount", artifacts)
        try await shell("/bin/umount", disk)
        #expect(up.status == 3 && up.error.contains("space"), "\(up.error)")
        #expect(run.status == 1)
        #expect(runs.first?.state == "failed" && runs.first?.reason?.contains("No space left") == true)
        #expect(!left.contains { $0.hasSuffix(".safetensors") || $0.contains("partial") }, "\(left)")
    }

    private func shell(_ words: String...) async throws {
        let result = try await Subprocess.run(
            .path(FilePath(words[0])),
            arguments: Arguments(Array(words.dropFirst())),
            output: .discarded,
            error: .string(limit: 1 << 16)
        )
        try #require(result.terminationStatus.isSuccess, "\(words): \(result.standardError)")
    }
}
