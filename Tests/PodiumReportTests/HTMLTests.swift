import Foundation
import PodiumCore
import PodiumReport
import Testing

@Suite struct HTMLTests {
    @Test func pageIsWellFormed() throws {
        let check = HTMLCheck(try ReportHTML.render(SampleReport().report()))
        #expect(check.errors.isEmpty)
        #expect(check.elements.filter { $0 == "svg" }.count > 40)
    }

    @Test func pageNeedsNothingFromOutside() throws {
        let html = try ReportHTML.render(SampleReport().report())
        let check = HTMLCheck(html)
        let allowed: Set = ["html", "head", "meta", "title", "style", "body", "link"]
        #expect(allowed.isSuperset(of: ["link"]) && !check.elements.contains("link"))
        #expect(
            !check.elements.contains { ["img", "iframe", "object", "embed", "base", "form"].contains($0) }
        )
        #expect(check.values(of: "src").isEmpty)
        #expect(check.values(of: "href").allSatisfy { $0.hasPrefix("#") })
        #expect(!check.attributes.contains { $0.name.hasPrefix("on") || $0.name == "style" })
        #expect(!html.contains("url(") && !html.contains("@import"))
        let policy = check.values(of: "content").first { $0.contains("default-src") }
        #expect(policy?.contains("default-src 'none'") == true)
        // One script, its own, that the policy names by its hash.
        #expect(check.elements.count { $0 == "script" } == 1)
        #expect(policy?.contains("script-src 'sha256-") == true && policy?.contains("script-src 'unsafe") == false)
    }

    @Test func everyLinkLeadsSomewhereAndEveryIdIsUnique() throws {
        let check = HTMLCheck(try ReportHTML.render(SampleReport().report()))
        let ids = check.values(of: "id")
        #expect(Set(ids).count == ids.count)
        for target in check.values(of: "href") { #expect(ids.contains(String(target.dropFirst())), "\(target)") }
        for name in ["aria-labelledby"] {
            for value in check.values(of: name) {
                for id in value.split(separator: " ") { #expect(ids.contains(String(id)), "\(id)") }
            }
        }
    }

    @Test func everyScoreLeadsToRunsDataAndWeights() throws {
        let report = try SampleReport(tasks: [.mrpc], seeds: 2, points: 4).report()
        let html = try ReportHTML.render(report)
        for result in report.results {
            for run in result.runs {
                #expect(html.contains("href=\"#run-\(run)\"") && html.contains("id=\"run-\(run)\""))
            }
        }
        for run in report.runs { #expect(html.contains(run.checkpoint?.sha256 ?? "missing")) }
        for file in report.datasets.flatMap(\.files) { #expect(html.contains(file.sha256)) }
    }

    @Test func headersHaveScopesTablesCaptionsAndDrawingsNames() throws {
        let html = try ReportHTML.render(SampleReport(tasks: [.rte], points: 4).report())
        let check = HTMLCheck(html)
        let headers = check.elements.count { $0 == "th" }
        #expect(check.attributes.count { $0.element == "th" && $0.name == "scope" } == headers)
        #expect(check.elements.count { $0 == "caption" } == check.elements.count { $0 == "table" })
        for svg in html.components(separatedBy: "<svg").dropFirst() {
            let head = svg.prefix { $0 != ">" }
            #expect(head.contains("aria-label") || head.contains("aria-hidden"))
        }
        #expect(html.contains("<html lang=\"en\">"))
        #expect(html.contains("prefers-color-scheme: dark") && html.contains("@media print"))
    }

    @Test func sampleScoresAreMarkedAndOfficialOnesAreNot() throws {
        let sample = try ReportHTML.render(SampleReport(tasks: [.rte], points: 4).report())
        #expect(sample.contains("class=\"notice\"") && sample.contains("sample: not comparable"))
        let official = try ReportHTML.render(SampleReport(tasks: [.rte], points: 4, origin: .official).report())
        #expect(!official.contains("class=\"notice\"") && !official.contains("sample: not comparable"))
    }

    @Test(arguments: Hostile.texts)
    func hostileTextStaysText(text: String) throws {
        let harmless = HTMLCheck(try ReportHTML.render(Hostile.report("harmless")))
        let check = HTMLCheck(try ReportHTML.render(Hostile.report(text)))
        #expect(check.errors.isEmpty)
        #expect(check.elements == harmless.elements)
        #expect(check.attributes.map(\.name) == harmless.attributes.map(\.name))
        #expect(check.values(of: "href") == harmless.values(of: "href"))
        #expect(check.values(of: "id") == harmless.values(of: "id"))
    }

    @Test func quoteWithAccentIsEscaped() throws {
        // One character to Swift, and so to an escaper that goes by characters.
        let html = try ReportHTML.render(Hostile.report("\"\u{301}><\u{301}&\u{301}'\u{301}"))
        #expect(html.contains("&quot;\u{301}&gt;&lt;\u{301}&amp;\u{301}&#39;\u{301}"))
    }

    @Test func templatesInNamesAreNotRendered() throws {
        let html = try ReportHTML.render(Hostile.report("{{title}} {{{style}}}"))
        #expect(html.contains("{{title}} {{{style}}}"))
    }
}
