internal import Mustache
internal import PodiumReport
internal import PodiumFiles
internal import PodiumReportAssets
internal import PodiumWebAssets

/// Makes pages of views and templates.
struct PageRenderer: Sendable {
    /// A page's frame.
    struct Frame {
        struct Link {
            let title: String
            let href: String
            let isCurrent: Bool
        }

        struct User {
            let name: String
            let role: String
            let formCode: String
        }

        var title: String
        var summary: String?
        var notice: String?
        var style: String
        var script: String
        /// Where the page's events come from; nil for a page without live regions.
        var events: String?
        var nav: [Link]
        var tabs: [Link]
        var user: User?
        /// The action log, for those who may read it.
        var log: String?
        var version: String
        var content: String

    }

    /// Served under names that change with the content, so that browsers keep them.
    struct Asset: Sendable {
        var name: String
        var type: String
        var bytes: [UInt8]
    }

    let style: Asset
    let script: Asset
    let icon: Asset
    private let library: MustacheLibrary

    init() throws(ReportError) {
        func asset(_ name: String, _ ending: String, _ type: String, _ bytes: [UInt8]) -> Asset {
            Asset(name: "\(name)-\(Digest.sha256(bytes).prefix(12)).\(ending)", type: type, bytes: bytes)
        }
        library = try Fragments.library(adding: WebAssets.templates)
        style = asset("style", "css", "text/css; charset=utf-8", ReportAssets.stylesheet + WebAssets.stylesheet)
        script = asset("live", "js", "text/javascript; charset=utf-8", WebAssets.script)
        icon = Asset(name: "icon.svg", type: "image/svg+xml", bytes: WebAssets.icon)
    }

    func render(_ view: Any, _ template: String) throws(WebError) -> String {
        guard let text = library.render(view, withTemplate: template) else {
            throw WebError(.template, "the template \(template) is missing from the program")
        }
        return text
    }
}
