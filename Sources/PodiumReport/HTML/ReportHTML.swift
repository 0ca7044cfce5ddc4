import Mustache
import PodiumCore
import PodiumReportAssets

/// A report as one HTML file that needs nothing else: no network, no scripts.
package enum ReportHTML {
    /// The page; equal contents give equal bytes.
    package static func render(_ report: Report) throws(ReportError) -> String {
        try report.check()
        let library: MustacheLibrary
        switch Templates.all {
        case .success(let parsed): library = parsed
        case .failure(let error): throw error
        }
        guard let page = library.render(PageView(report.canonical()), withTemplate: "page") else {
            throw ReportError(.template, "reports/page.mustache is missing from the program")
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
