import Mustache
import PodiumCore
import PodiumReportAssets

/// A report as HTML that needs nothing else: no network, no scripts.
package enum ReportHTML {
    package static let fileName = "report.html"

    /// The whole report in one page; equal contents give equal bytes.
    package static func render(_ report: Report) throws(ReportError) -> String {
        try report.check()
        return try render(PageView(report.canonical(), sides: .none, files: []), "page")
    }

    /// The report's page, and a page for each table that is too long for it, by their file names.
    ///
    /// The page names the others with their hashes.
    package static func pages(_ report: Report) throws(ReportError) -> [(name: String, bytes: [UInt8])] {
        try report.check()
        let report = report.canonical()
        let sides = SidePages(report)
        var further: [(name: String, bytes: [UInt8])] = []
        var files: [SideFile] = []
        for page in sides.pages {
            let bytes = Array(try render(SideView(page, report: report, sides: sides), "side").utf8)
            files.append(SideFile(page, bytes: bytes, report: report))
            further.append((page.rawValue, bytes))
        }
        let page = try render(PageView(report, sides: sides, files: files), "page")
        return [(fileName, Array(page.utf8))] + further
    }

    /// All names that pages may have, also those that this report has not.
    package static var fileNames: [String] { [fileName] + SidePages.Page.allCases.map(\.rawValue) }

    private static func render(_ view: Any, _ template: String) throws(ReportError) -> String {
        guard let page = try Templates.all.get().render(view, withTemplate: template) else {
            throw ReportError(.template, "reports/\(template).mustache is missing from the program")
        }
        return page
    }
}

/// The templates of `reports/`, parsed once.
enum Templates {
    static let all = parse(ReportAssets.templates)

    static func parse(_ sources: [String: [UInt8]]) -> Result<MustacheLibrary, ReportError> {
        MustacheContentTypes.register(HTMLText(), named: HTMLText.name)
        var library = MustacheLibrary()
        for (name, bytes) in sources {
            let text = "{{% CONTENT_TYPE: \(HTMLText.name)}}" + String(decoding: bytes, as: UTF8.self)
            do {
                try library.register(text, named: name)
            } catch {
                return .failure(ReportError(.template, "the template \(name) does not parse: \(error)"))
            }
        }
        return .success(library)
    }
}

/// Escapes by code points.
///
/// The library's own type works on grapheme clusters, so that a quote followed
/// by a combining accent is one character to it, and passes unescaped.
struct HTMLText: MustacheContentType {
    static let name = "PODIUM-HTML"

    func escapeText(_ text: String) -> String {
        var output = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": output.append(contentsOf: "&lt;".unicodeScalars)
            case ">": output.append(contentsOf: "&gt;".unicodeScalars)
            case "&": output.append(contentsOf: "&amp;".unicodeScalars)
            case "\"": output.append(contentsOf: "&quot;".unicodeScalars)
            case "'": output.append(contentsOf: "&#39;".unicodeScalars)
            case "\t", "\n": output.append(scalar)
            default: output.append(Self.isForbidden(scalar) ? "\u{FFFD}" : scalar)
            }
        }
        return String(output)
    }

    /// Controls and noncharacters, which HTML does not allow.
    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0xFDD0...0xFDEF: true
        default: scalar.value & 0xFFFE == 0xFFFE
        }
    }
}
