import Foundation
import PodiumCore
package import PodiumReport

/// Compares the systems of a suite and writes the report's files into the attempt's folder.
struct ReportJob {
    private let context: JobContext

    init(_ context: JobContext) {
        self.context = context
    }

    func run() throws -> RunResult {
        guard let history = context.assignment.history else {
            throw JobError(.crash, "the worker handed over no history to report on")
        }
        let folder = context.path("report")
        try SuiteReport(history).write(to: folder, provenance: context.provenance)
        context.log("report at \(folder)/report.html")
        var result = RunResult()
        result.reportPath = folder
        return result
    }
}

extension SuiteReport {
    /// Writes all the files of the suite's report, with the published rows of its tasks beside them.
    package func write(to folder: String, provenance: Report.Provenance) throws {
        try ReportRenderer.write(try current(provenance: provenance), to: folder)
    }

    /// The report as of now.
    package func current(provenance: Report.Provenance) throws -> Report {
        report(
            provenance: provenance,
            generatedAt: Date().timeIntervalSince1970.rounded(),
            published: try PublishedResults.load(for: tasks)
        )
    }
}
