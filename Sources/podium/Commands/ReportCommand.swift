import ArgumentParser
import Foundation
import PodiumCore
import PodiumExperiments

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
        if check { return try Terminal.print("\(try SuiteReport.validate(in: folder)) is valid") }
        let history = try await place.withStore { store in
            let record = try await store.chosenSuite(suite)
            return try await SuiteHistory.load(record.id, from: store)
        }
        guard let history else { return }
        try SuiteReport(history).write(to: folder, provenance: Machine.provenance())
        try Terminal.print("\(folder)/report.html")
    }
}
