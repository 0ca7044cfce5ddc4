internal import Foundation
package import PodiumCore
internal import PodiumFiles
internal import PodiumLibrary
package import PodiumReport

extension SuiteReport {
    /// Writes all the files of the suite's report, with the published rows of its tasks beside them.
    ///
    /// - Parameters:
    ///   - thresholds: what `junit.xml` asks of scores.
    ///   - modelCards: whether to write a card for every system.
    /// - Returns: the scores under their thresholds, a sentence each.
    @discardableResult
    package func write(
        to folder: String,
        provenance: Report.Provenance,
        thresholds: [ScoreThreshold] = [],
        modelCards: Bool = false
    ) throws -> [String] {
        let report = try current(provenance: provenance)
        try ReportRenderer.write(report, to: folder, thresholds: thresholds, modelCards: modelCards)
        return report.failures(thresholds)
    }

    /// `85`, or `MRPC=85`: scores times 100.
    package static func threshold(_ text: String) throws(ExperimentError) -> ScoreThreshold {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        let task = parts.count == 2 ? BenchmarkTask(named: parts[0]) : nil
        guard let value = parts.last.flatMap({ Double($0) }), value.isFinite, parts.count == 1 || task != nil else {
            throw ExperimentError(
                .invalidRequest,
                "\"\(text)\" is no threshold; write 85, or MRPC=85 for one task (scores times 100)"
            )
        }
        return ScoreThreshold(task: task, least: value / 100)
    }

    /// Checks `report.xml` in a folder against the schema.
    ///
    /// - Returns: its path.
    package static func validate(in folder: String) throws -> String {
        let path = "\(folder)/report.xml"
        let bytes = try FileContent.read(path)
        do {
            try ReportValidator.validate(xml: bytes)
        } catch {
            let lines = error.findings.map { "\(path):\($0.line): \($0.message)" }
            throw ExperimentError(.failed, ([error.message] + lines).joined(separator: "\n"))
        }
        return path
    }

    /// The report as of now.
    package func current(provenance: Report.Provenance) throws -> Report {
        report(
            provenance: provenance,
            generatedAt: Date().timeIntervalSince1970.rounded(),
            published: try PublishedResults.load(for: tasks)
        )
    }

    /// Carries out a report run: compares the systems of its suite and writes the files into the attempt's folder.
    ///
    /// - Returns: the report.
    package static func carryOut(
        _ assignment: EngineAssignment,
        folder: String,
        provenance: Report.Provenance
    ) throws -> Artifact {
        guard let history = assignment.history else {
            throw ExperimentError(.failed, "the worker handed over no history to report on")
        }
        let path = "\(folder)/report"
        try SuiteReport(history, dataDirectory: assignment.dataDirectory).write(to: path, provenance: provenance)
        let document = "\(path)/report.xml"
        return Artifact(
            kind: .report,
            path: path,
            sha256: try Digest.sha256(file: document),
            bytes: try FileSize.bytes(of: document)
        )
    }
}
