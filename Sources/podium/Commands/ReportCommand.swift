import ArgumentParser
import Foundation
import PodiumCore
import PodiumExperiments

struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Writes a suite's comparison report.",
        discussion: """
            Writes report.html (readable offline; very long tables lie in runs.html, comparisons.html and \
            examples.html beside it), report.xml (valid by reports/podium-report.xsd), report.json, \
            leaderboard.csv, .md and .tex, junit.xml for build servers, and SHA256SUMS over all of them. With \
            --fail-under the exit status is 1 where a score is less.

            Examples:
              podium report --suite quickstart --out report
              podium report --out report --fail-under 80 --fail-under MRPC=85
              podium report --out report --model-card  model-card-*.md for a model hub
              podium report --out report --check       validate the XML in it, and the files' hashes
            """
    )

    @OptionGroup var place: PlaceOptions
    @Option(help: "The suite (number or name); the newest if left out.")
    var suite: String?
    @Option(name: [.long, .short], help: "The folder to write into.", completion: .directory)
    var out: String
    @Option(help: "The least score, ×100: 85, or MRPC=85 for one task. Can be given several times.")
    var failUnder: [String] = []
    @Flag(help: "Write a model card for every system as well.")
    var modelCard = false
    @Flag(help: "Check report.xml and SHA256SUMS in the folder instead of writing anything.")
    var check = false

    func run() async throws {
        let folder = URL(fileURLWithPath: out).standardizedFileURL.path
        if check { return try Terminal.print("\(try SuiteReport.validate(in: folder)) is valid") }
        let thresholds = try failUnder.map { (text) throws(ExperimentError) in try SuiteReport.threshold(text) }
        let history = try await place.withStore { store in
            let record = try await store.chosenSuite(suite)
            return try await SuiteHistory.load(record.id, from: store)
        }
        guard let history else { return }
        let failures = try SuiteReport(history, dataDirectory: place.dataDirectory).write(
            to: folder,
            provenance: Machine.provenance(),
            thresholds: thresholds,
            modelCards: modelCard
        )
        try Terminal.print("\(folder)/report.html")
        guard failures.isEmpty else { throw Failure(.failed, failures.joined(separator: "\n")) }
    }
}
