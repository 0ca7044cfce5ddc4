import FoundationEssentials
import PodiumFiles
internal import PodiumPrimitives

/// Writes a report's files.
package enum ReportRenderer {
    /// Every file of a report by name, in the order they are written; equal reports give equal bytes.
    ///
    /// The XML is validated against our schema before it is returned.
    /// - Parameters:
    ///   - thresholds: what `junit.xml` asks of scores.
    ///   - modelCards: whether there is a card for every system.
    package static func files(
        _ report: Report,
        thresholds: [ScoreThreshold] = [],
        modelCards: Bool = false
    ) throws(ReportError) -> [(name: String, bytes: [UInt8])] {
        try report.check()
        let report = report.canonical()
        let xml = try ReportXML.encode(report)
        try ReportValidator.validate(xml: xml)
        let leaderboard = Leaderboard(report)
        let complete = Leaderboard(report, headlinesOnly: false)
        let pages = try ReportHTML.pages(report)
        let files: [(name: String, bytes: [UInt8])] =
            pages + [
                ("report.xml", xml),
                ("report.json", Array(try CanonicalJSON.encode(report).utf8)),
                ("leaderboard.csv", Array(try complete.render(.csv).utf8)),
                ("leaderboard.md", Array(try leaderboard.render(.md).utf8)),
                ("leaderboard.tex", Array(try leaderboard.render(.latex).utf8)),
                ("junit.xml", try JUnitXML.encode(report, thresholds: thresholds)),
            ] + (modelCards ? ModelCard.files(report) : [])
        return files + [(sumsName, sums(of: files))]
    }

    package static let sumsName = "SHA256SUMS"

    /// As `sha256sum -c` reads it.
    private static func sums(of files: [(name: String, bytes: [UInt8])]) -> [UInt8] {
        files.flatMap { Array("\(Digest.sha256($0.bytes))  \($0.name)\n".utf8) }
    }

    /// Writes all files into `directory`, which is made if need be.
    ///
    /// All are complete on disk under temporary names before the first gets its
    /// own: a full disk leaves an older report as it was.
    package static func write(
        _ report: Report,
        to directory: String,
        thresholds: [ScoreThreshold] = [],
        modelCards: Bool = false
    ) throws(ReportError) {
        let files = try files(report, thresholds: thresholds, modelCards: modelCards)
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw ReportError(.fileSystem, "the folder \(directory) cannot be made: \(error)")
        }
        do {
            try AtomicFile.write(files, in: directory)
        } catch {
            throw ReportError(.fileSystem, error.description)
        }
        // Long tables of an older report of this name would be taken for this one's.
        for name in ReportHTML.fileNames where !files.contains(where: { $0.name == name }) {
            try? FileManager.default.removeItem(atPath: "\(directory)/\(name)")
        }
    }
}
