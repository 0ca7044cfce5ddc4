import Foundation
import PodiumCore
import PodiumReport
import Testing

@Suite struct XMLTests {
    @Test func sampleReportFollowsTheSchema() throws {
        try ReportValidator.validate(xml: ReportXML.encode(SampleReport().report()))
    }

    @Test func emptyReportFollowsTheSchema() throws {
        var report = try SampleReport(tasks: [.rte], points: 2).report()
        (report.datasets, report.systems, report.runs, report.results) = ([], [], [], [])
        (report.averages, report.comparisons, report.slices, report.published) = ([], [], [], [])
        try ReportValidator.validate(xml: ReportXML.encode(report))
    }

    @Test func comparedWordsFollowTheSchema() throws {
        var report = try SampleReport(tasks: [.rte], points: 2).report()
        report.runs[0].wordSimilarity = SimilarityTests.similarity
        let xml = String(decoding: try ReportXML.encode(report), as: UTF8.self)
        try ReportValidator.validate(xml: Array(xml.utf8))
        #expect(xml.contains("<cosine row=\"1\" column=\"2\" value=\"0.25\"/>"))
        let broken = xml.replacing("value=\"0.25\"", with: "value=\"1.25\"")
        #expect(throws: ReportError.self) { try ReportValidator.validate(xml: Array(broken.utf8)) }
    }

    @Test(arguments: Hostile.texts)
    func hostileTextFollowsTheSchema(text: String) throws {
        try ReportValidator.validate(xml: ReportXML.encode(Hostile.report(text)))
    }

    @Test func textThatXMLCannotHoldIsBase64() throws {
        let xml = String(decoding: try ReportXML.encode(Hostile.report("bell\u{7}")), as: UTF8.self)
        #expect(xml.contains("<title encoding=\"base64\">\(Data("bell\u{7}".utf8).base64EncodedString())</title>"))
        let plain = String(decoding: try ReportXML.encode(Hostile.report("<b>]]>&\r")), as: UTF8.self)
        #expect(plain.contains("<title>&lt;b&gt;]]&gt;&amp;&#13;</title>"))
    }

    @Test func numbersReadBackExactly() throws {
        var report = try SampleReport(tasks: [.rte], seeds: 1, points: 2).report()
        report.results[0].score = Report.Measurement(value: 0.1 + 0.2)
        let xml = String(decoding: try ReportXML.encode(report), as: UTF8.self)
        #expect(xml.contains("<score value=\"0.30000000000000004\"/>"))
    }

    struct Damage: CustomTestStringConvertible, Sendable {
        var name: String
        var old: String
        var new: String
        var testDescription: String { name }
    }

    @Test(arguments: [
        Damage(name: "result of an unknown system", old: "<result system=\"s1\"", new: "<result system=\"s9\""),
        Damage(name: "result from an unknown run", old: "<counts run=\"r2\"", new: "<counts run=\"r99\""),
        Damage(name: "unknown data set", old: "dataset=\"d1\"", new: "dataset=\"d77\""),
        Damage(name: "two runs of one number", old: "<run id=\"r3\"", new: "<run id=\"r2\""),
        Damage(name: "not a number", old: "status=\"ok\" examples=\"200\"", new: "status=\"ok\" examples=\"NaN\""),
        Damage(name: "NaN for a score", old: "<score value=\"0.", new: "<score value=\"NaN\" x=\"0."),
        Damage(name: "unknown status", old: "status=\"ok\"", new: "status=\"fine\""),
        Damage(name: "short digest", old: "<checkpoint sha256=\"", new: "<checkpoint sha256=\"ab\" x=\""),
        Damage(name: "local time", old: "Z\">", new: "+01:00\">"),
        Damage(name: "another version", old: "schemaVersion=\"3\"", new: "schemaVersion=\"2\""),
        Damage(name: "unknown element", old: "<title>", new: "<subtitle>x</subtitle><title>"),
    ])
    func documentThatBreaksTheSchemaIsRejected(damage: Damage) throws {
        let xml = String(decoding: try ReportXML.encode(SampleReport(tasks: [.rte], points: 2).report()), as: UTF8.self)
        let place = try #require(xml.firstRange(of: damage.old))
        let broken = xml.replacingCharacters(in: place, with: damage.new)
        let error = try #require(throws: ReportError.self) { try ReportValidator.validate(xml: Array(broken.utf8)) }
        #expect(error.code == .schemaViolation)
        let line = xml[..<place.lowerBound].count { $0 == "\n" } + 1
        #expect(!error.findings.isEmpty)
        #expect(error.findings.allSatisfy { $0.line >= 1 })
        if !damage.name.contains("unknown") { #expect(error.findings.contains { $0.line == line }) }
    }

    @Test func brokenXMLIsRejectedWithItsLine() throws {
        let error = try #require(throws: ReportError.self) {
            try ReportValidator.validate(xml: Array("<report>\n<title>\n</report>".utf8))
        }
        #expect(error.code == .malformedXML)
        #expect(error.findings.first?.line == 3)
        #expect(throws: ReportError.self) { try ReportValidator.validate(xml: []) }
    }

    @Test func documentTypeDeclarationIsRejected() throws {
        let bomb = "<!DOCTYPE report [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><report>&b;</report>"
        let error = try #require(throws: ReportError.self) { try ReportValidator.validate(xml: Array(bomb.utf8)) }
        #expect(error.code == .malformedXML)
    }

    @Test func reportThatContradictsItselfIsRefused() throws {
        let good = try SampleReport(tasks: [.rte], points: 2).report()
        let damages: [(inout Report) -> Void] = [
            { $0.results[0].score?.value = .nan },
            { $0.runs[0].wallSeconds = .infinity },
            { $0.runs[1].system = "nobody" },
            { $0.results[0].dataset = "nothing" },
            { $0.results[0].runs = [999] },
            { $0.systems.append($0.systems[0]) },
            { $0.results.append($0.results[0]) },
            { $0.results[0].task = .ax },
            { $0.runs[1].curves[0].points.reverse() },
            { $0.averages[0].system = "nobody" },
        ]
        for (index, damage) in damages.enumerated() {
            var report = good
            damage(&report)
            let error = try #require(throws: ReportError.self, "damage \(index)") { try ReportXML.encode(report) }
            #expect(error.code == .invalidReport)
        }
    }
}
