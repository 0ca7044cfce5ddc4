import FoundationEssentials
import Glibc

/// Writes a report's files.
package enum ReportRenderer {
    /// Every file of a report by name, in the order they are written; equal reports give equal bytes.
    ///
    /// The XML is validated against our schema before it is returned.
    package static func files(_ report: Report) throws(ReportError) -> [(name: String, bytes: [UInt8])] {
        try report.check()
        let report = report.canonical()
        let xml = try ReportXML.encode(report)
        try ReportValidator.validate(xml: xml)
        let leaderboard = Leaderboard(report)
        let complete = Leaderboard(report, headlinesOnly: false)
        return [
            ("report.html", Array(try ReportHTML.render(report).utf8)),
            ("report.xml", xml),
            ("report.json", Array(try CanonicalJSON.encode(report).utf8)),
            ("leaderboard.csv", Array(try complete.render(.csv).utf8)),
            ("leaderboard.md", Array(try leaderboard.render(.md).utf8)),
            ("leaderboard.tex", Array(try leaderboard.render(.latex).utf8)),
        ]
    }

    /// Writes all files into `directory`, which is made if need be.
    ///
    /// All are complete on disk under temporary names before the first gets its
    /// own: a full disk leaves an older report as it was.
    package static func write(_ report: Report, to directory: String) throws(ReportError) {
        let files = try files(report)
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw ReportError(.fileSystem, "the folder \(directory) cannot be made: \(error)")
        }
        var pending: [(temporary: String, final: String)] = []
        defer { for file in pending { unlink(file.temporary) } }
        for file in files {
            let final = directory + "/" + file.name
            let temporary = "\(directory)/.\(file.name).\(getpid())"
            pending.append((temporary, final))
            do {
                try Data(file.bytes).write(to: URL(filePath: temporary))
            } catch {
                throw ReportError(.fileSystem, "\(final) cannot be written: \(error)")
            }
        }
        for file in pending {
            guard rename(file.temporary, file.final) == 0 else {
                let reason = String(cString: strerror(errno))
                throw ReportError(.fileSystem, "\(file.final) cannot be written: \(reason)")
            }
        }
    }
}
