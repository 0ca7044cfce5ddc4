import Foundation
import PodiumFiles
import Testing
import PodiumPrimitives

@Suite("Files") struct FileTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("podium-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    @Test func whyAFileCannotBeReadIsTold() throws {
        try withFolder { folder in
            let missing = #expect(throws: FileError.self) { try FileContent.read("\(folder)/none") }
            #expect(missing?.code == .missing && missing?.description == "\(folder)/none: there is no such file")
            let inFile = #expect(throws: FileError.self) { try FileContent.read("/etc/passwd/none") }
            #expect(inFile?.code == .missing)
            let isFolder = #expect(throws: FileError.self) { try FileContent.read(folder) }
            #expect(isFolder?.code == .isFolder && isFolder?.blame == .input)
        }
    }

    @Test func pipesAreReadToTheirEnd() throws {
        try withFolder { folder in
            let path = "\(folder)/pipe"
            try #require(mkfifo(path, 0o600) == 0)
            let content = [UInt8]((0..<300_000).map { UInt8(truncatingIfNeeded: $0) })
            let writer = Thread {
                try? FileHandle(forWritingAtPath: path)?.write(contentsOf: Data(content))
            }
            writer.start()
            #expect(try FileContent.read(path) == content)
        }
    }

    @Test func linesOfAPipeAreThereAsSoonAsTheyHaveEnded() throws {
        try withFolder { folder in
            let path = "\(folder)/pipe"
            try #require(mkfifo(path, 0o600) == 0)
            let isRead = DispatchSemaphore(value: 0)
            Thread.detachNewThread {
                let pipe = FileHandle(forWritingAtPath: path)
                try? pipe?.write(contentsOf: Data("one\ntwo\nth".utf8))
                isRead.wait()
                try? pipe?.write(contentsOf: Data("ree\n\nlast".utf8))
                try? pipe?.close()
            }
            let lines = try FileLines(path)
            #expect(try lines.next() == Array("one".utf8)[...] && lines.hasLine)
            #expect(try lines.next() == Array("two".utf8)[...] && !lines.hasLine)
            isRead.signal()
            #expect(try lines.next() == Array("three".utf8)[...] && lines.hasLine)
            #expect(try lines.next() == [])
            #expect(try lines.next() == Array("last".utf8)[...] && !lines.hasLine)
            #expect(lines.number == 5)
            #expect(try lines.next() == nil)
        }
    }

    @Test func jsonLinesAreReadAsTheyWereWritten() throws {
        try withFolder { folder in
            let values = ["one": ["a/b", "two\nlines"], "none": []]
            let bytes = try JSONLines.bytes([values, values])
            #expect(bytes.count { $0 == UInt8(ascii: "\n") } == 2)
            // A file whose last line was not ended, with an empty line in it.
            try AtomicFile.write(Array([0x0A] + bytes.dropLast()), to: "\(folder)/values.jsonl")
            #expect(try JSONLines.read([String: [String]].self, "\(folder)/values.jsonl") == [values, values])
            try AtomicFile.write(Array(bytes.dropLast(2)), to: "\(folder)/cut.jsonl")
            #expect(throws: DecodingError.self) {
                try JSONLines.read([String: [String]].self, "\(folder)/cut.jsonl")
            }
        }
    }

    @Test func aLinkStaysALinkAndItsTargetIsWritten() throws {
        try withFolder { folder in
            let files = FileManager.default
            try files.createDirectory(atPath: "\(folder)/other", withIntermediateDirectories: true)
            try Data("old".utf8).write(to: URL(fileURLWithPath: "\(folder)/other/target"))
            chmod("\(folder)/other/target", 0o640)
            try files.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "other/target")
            try files.createSymbolicLink(atPath: "\(folder)/second", withDestinationPath: "\(folder)/link")
            try files.createSymbolicLink(atPath: "\(folder)/dangling", withDestinationPath: "other/new")
            try AtomicFile.write(Array("new".utf8), to: "\(folder)/second")
            try AtomicFile.write(Array("made".utf8), to: "\(folder)/dangling")
            #expect(try files.destinationOfSymbolicLink(atPath: "\(folder)/second") == "\(folder)/link")
            #expect(try files.destinationOfSymbolicLink(atPath: "\(folder)/link") == "other/target")
            #expect(try FileContent.text("\(folder)/other/target") == "new")
            #expect(try FileContent.text("\(folder)/other/new") == "made")
            var status = stat()
            #expect(stat("\(folder)/other/target", &status) == 0 && status.st_mode & 0o777 == 0o640)
            try files.createSymbolicLink(atPath: "\(folder)/loop", withDestinationPath: "loop")
            #expect(throws: FileError.self) { try AtomicFile.write([], to: "\(folder)/loop") }
        }
    }

    @Test func pipesAndDevicesAreWrittenWhereTheyAre() throws {
        try withFolder { folder in
            try AtomicFile.write(Array("gone".utf8), to: "/dev/null")
            var status = stat()
            #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
            let full = #expect(throws: FileError.self) { try AtomicFile.write(Array("x".utf8), to: "/dev/full") }
            #expect(full?.code == .writeFailed && full?.description.contains("No space left") == true)
            let path = "\(folder)/pipe"
            try #require(mkfifo(path, 0o600) == 0)
            let reader = Thread { _ = try? FileContent.read(path) }
            reader.start()
            try AtomicFile.write(Array("through".utf8), to: path)
            #expect(stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
            let isFolder = #expect(throws: FileError.self) { try AtomicFile.write([], to: folder) }
            #expect(isFolder?.code == .isFolder)
        }
    }

    @Test func severalFilesAppearTogetherOrNotAtAll() throws {
        try withFolder { folder in
            try AtomicFile.write([("a", [1]), ("b", [2])], in: folder)
            #expect(throws: FileError.self) { try AtomicFile.write([("a", [9]), ("none/b", [9])], in: folder) }
            #expect(try FileContent.read("\(folder)/a") == [1])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["a", "b"])
        }
    }
}
