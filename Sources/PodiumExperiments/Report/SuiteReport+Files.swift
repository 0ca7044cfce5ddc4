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

    /// Checks `report.xml` in a folder against the schema, and all files of the report against their hashes.
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
        try checkHashes(in: folder)
        return path
    }

    /// Reports of earlier versions have no list of hashes; then there is nothing to check.
    private static func checkHashes(in folder: String) throws {
        let list = "\(folder)/\(ReportRenderer.sumsName)"
        guard FileManager.default.fileExists(atPath: list) else { return }
        let lines = String(decoding: try FileContent.read(list), as: UTF8.self).split(separator: "\n")
        var complaints: [String] = []
        for (number, line) in lines.enumerated() {
            let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true).map(String.init)
            let name = parts.count == 2 ? String(parts[1].drop { $0 == " " || $0 == "*" }) : ""
            guard !name.isEmpty, !name.contains("/") else {
                complaints.append("\(list):\(number + 1): not a hash and the name of a file beside it")
                continue
            }
            guard let hash = try? Digest.sha256(file: "\(folder)/\(name)") else {
                complaints.append("\(list):\(number + 1): \(name) is not there or cannot be read")
                continue
            }
            if hash != parts[0] { complaints.append("\(list):\(number + 1): \(name) is not as it was written") }
        }
        guard complaints.isEmpty else {
            throw ExperimentError(
                .failed,
                (["the folder does not hold the report as it was written; write it anew"] + complaints)
                    .joined(separator: "\n")
            )
        }
    }

    /// The report as of now.
    package func current(provenance: Report.Provenance, extent: Extent = .whole) throws -> Report {
        report(
            provenance: provenance,
            generatedAt: Date().timeIntervalSince1970.rounded(),
            published: try PublishedResults.load(for: tasks),
            extent: extent
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
        try SuiteReport(history, dataDirectory: assignment.dataDirectory, places: assignment.places ?? [:])
            .write(to: path, provenance: provenance)
        let document = "\(path)/report.xml"
        return Artifact(
            kind: .report,
            path: path,
            sha256: try Digest.sha256(file: document),
            bytes: try FileSize.bytes(of: document)
        )
    }
}
