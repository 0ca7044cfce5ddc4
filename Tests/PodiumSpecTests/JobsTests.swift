import Foundation
import PodiumCore
import PodiumSpec
import Testing

/// The files in `jobs/` and the YAML in the README are job files.
struct JobsTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    private static let reader = SpecReader(
        file: "job.yaml",
        folder: root + "/jobs",
        home: "/home/ada",
        modelNames: ["minilm-l6"],
        presets: ["tiny", "mini", "small", "medium", "base", "large"]
    )

    private static let files = ((try? FileManager.default.contentsOfDirectory(atPath: root + "/jobs")) ?? [])
        .filter { $0.hasSuffix(".yaml") }.sorted()

    @Test(arguments: files)
    func everyJobFileIsRead(name: String) throws {
        let text = try String(contentsOfFile: "\(Self.root)/jobs/\(name)", encoding: .utf8)
        let submission = try Self.reader.submission(from: text)
        #expect(submission.name + ".yaml" == name)
        #expect(!submission.runs.isEmpty)
    }

    @Test func thereAreJobFiles() {
        #expect(Self.files.contains("quickstart.yaml"))
    }

    /// Whole files are read as they are; a fragment is put into a suite.
    @Test func theREADMEsYAMLIsRead() throws {
        let text = try String(contentsOfFile: Self.root + "/README.md", encoding: .utf8)
        let blocks = text.components(separatedBy: "```yaml\n").dropFirst().map {
            $0.components(separatedBy: "\n```")[0]
        }
        try #require(!blocks.isEmpty)
        for block in blocks {
            let isWhole = block.contains("kind:")
            let whole = isWhole ? block : "name: s\nkind: suite\ntasks: [glue]\nmodel: minilm-l6\n" + block
            #expect(throws: Never.self, "\(block)") { try Self.reader.submission(from: whole) }
        }
    }

    @Test func theREADMEsInlineKeysAreRead() throws {
        let text = try String(contentsOfFile: Self.root + "/README.md", encoding: .utf8)
        let spans = text.components(separatedBy: "`").filter {
            $0.wholeMatch(of: /(training|resources): \{[^…]*\}/) != nil
        }
        try #require(!spans.isEmpty)
        for span in spans {
            let whole = "name: s\nkind: suite\ntasks: [glue, squad-v1.1]\nmodel: minilm-l6\n" + span
            #expect(throws: Never.self, "\(span)") { try Self.reader.submission(from: whole) }
        }
    }
}
