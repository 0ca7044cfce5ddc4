import CLibXML2

/// What libxml2's HTML parser says of a page, and the elements and attributes it sees.
struct HTMLCheck {
    private(set) var errors: [String] = []
    private(set) var elements: [String] = []
    private(set) var attributes: [(element: String, name: String, value: String)] = []
    /// All text outside tags, joined.
    private(set) var text = ""

    private final class Box {
        var errors: [String] = []
    }

    init(_ html: String) {
        let box = Box()
        guard let context = htmlNewParserCtxt() else { return }
        defer { htmlFreeParserCtxt(context) }
        xmlSetStructuredErrorFunc(Unmanaged.passUnretained(box).toOpaque()) { context, error in
            guard let context, let error = error?.pointee else { return }
            // The parser knows HTML 4: elements that came with HTML 5 and SVG are no errors.
            if error.code == XML_HTML_UNKNOWN_TAG.rawValue { return }
            let box = Unmanaged<Box>.fromOpaque(context).takeUnretainedValue()
            box.errors.append("line \(error.line): \(error.message.map { String(cString: $0) } ?? "")")
        }
        let bytes = Array(html.utf8)
        let document = bytes.withUnsafeBytes { bytes in
            htmlCtxtReadMemory(
                context,
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                Int32(bytes.count),
                nil,
                "UTF-8",
                Int32(HTML_PARSE_NONET.rawValue)
            )
        }
        xmlSetStructuredErrorFunc(nil, nil)
        errors = box.errors
        guard let document else { return }
        defer { xmlFreeDoc(document) }
        walk(xmlDocGetRootElement(document))
    }

    func values(of attribute: String) -> [String] {
        attributes.filter { $0.name == attribute }.map(\.value)
    }

    private mutating func walk(_ start: xmlNodePtr?) {
        var node = start
        while let current = node {
            if current.pointee.type == XML_ELEMENT_NODE {
                let name = String(cString: current.pointee.name)
                elements.append(name)
                var attribute = current.pointee.properties
                while let here = attribute {
                    let value = here.pointee.children?.pointee.content.map { String(cString: $0) } ?? ""
                    attributes.append((name, String(cString: here.pointee.name), value))
                    attribute = here.pointee.next
                }
                walk(current.pointee.children)
            } else if let content = current.pointee.content {
                text += String(cString: content)
            }
            node = current.pointee.next
        }
    }
}
