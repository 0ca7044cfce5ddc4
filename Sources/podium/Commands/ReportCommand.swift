import ArgumentParser
import Foundation
import PodiumCore
import PodiumExperiments
import PodiumFiles
import PodiumJobs
import PodiumReport

struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Writes a suite's comparison report.",
        discussion: """
            Writes report.html (one file, readable offline), report.xml (valid by \
            reports/podium-report.xsd), report.json, leaderboard.csv, .md and .tex.

            Examples:
              podium report --suite quickstart --out report
              podium report --out report --check       validate the XML in it against the schema
            """
    )

    @OptionGroup var place: PlaceOptions
    @Option(help: "The suite (number or name); the newest if left out.")
    var suite: String?
    @Option(name: [.long, .short], help: "The folder to write into.", completion: .directory)
    var out: String
    @Flag(help: "Check report.xml in the folder instead of writing anything.")
    var check = false

    func run() async throws {
        let folder = URL(fileURLWithPath: out).standardizedFileURL.path
        if check { return try validate(folder) }
        let history = try await place.withStore { store in
            let record = try await store.chosenSuite(suite)
            return try await SuiteHistory.load(record.id, from: store)
        }
        guard let history else { return }
        try SuiteReport(history).write(to: folder, provenance: Machine.provenance())
        try Terminal.print("\(folder)/report.html")
    }

    private func validate(_ folder: String) throws {
        let path = "\(folder)/report.xml"
        let bytes = try FileContent.read(path)
        do {
            try ReportValidator.validate(xml: bytes)
        } catch {
            let lines = error.findings.map { "\(path):\($0.line): \($0.message)" }
            throw Failure(.failed, ([error.message] + lines).joined(separator: "\n"))
        }
        try Terminal.print("\(path) is valid")
    }
}
