import Foundation
import PodiumSpec
import Testing

struct JobFilePageTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test func thePageSaysWhatTheTablesSay() throws {
        let file = Self.root.appendingPathComponent("docs/job-file.md")
        if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
            try Data(JobFilePage.markdown.utf8).write(to: file)
        }
        let written = try String(contentsOf: file, encoding: .utf8)
        #expect(written == JobFilePage.markdown, "run the test with RECORD_SNAPSHOTS=1 and commit docs/job-file.md")
    }
}
