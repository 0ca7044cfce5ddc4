import CLibXML2
import PodiumReportAssets

/// Checks documents against `reports/podium-report.xsd`, in this process and without network.
package enum ReportValidator {
    /// Longest list of findings in one error.
    static let findingLimit = 50

    /// Throws `malformedXML` or `schemaViolation`, with the lines where the document is wrong.
    ///
    /// A document type declaration is refused: reports have none, and entities are how XML is abused.
    package static func validate(xml: [UInt8]) throws(ReportError) {
        LibXML.initialize()
        guard xml.count <= Int(Int32.max) else {
            throw ReportError(.malformedXML, "the XML document is larger than 2 GiB")
        }
        guard let context = xmlNewParserCtxt() else { throw outOfMemory }
        defer { xmlFreeParserCtxt(context) }
        let quiet = XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue
        let options = Int32(XML_PARSE_NONET.rawValue | XML_PARSE_BIG_LINES.rawValue | quiet)
        let document = xml.withUnsafeBytes { bytes in
            xmlCtxtReadMemory(
                context,
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                Int32(bytes.count),
                nil,
                "UTF-8",
                options
            )
        }
        guard let document else {
            let finding = xmlCtxtGetLastError(context).map { Self.finding($0.pointee) }
            throw ReportError(
                .malformedXML,
                "the document is not well-formed XML",
                findings: [finding].compactMap(\.self)
            )
        }
        defer { xmlFreeDoc(document) }
        guard document.pointee.intSubset == nil else {
            let finding = ReportError.Finding(line: 1, message: "a document type declaration is not allowed")
            throw ReportError(.malformedXML, "the document is not a Podium report", findings: [finding])
        }
        try validate(document)
    }

    private static func validate(_ document: xmlDocPtr) throws(ReportError) {
        let schemaBytes = ReportAssets.schema
        let findings = Findings()
        let box = Unmanaged.passUnretained(findings).toOpaque()
        let status = withExtendedLifetime(findings) { () -> Int32? in
            schemaBytes.withUnsafeBytes { bytes -> Int32? in
                let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
                guard let parser = xmlSchemaNewMemParserCtxt(start, Int32(bytes.count)) else { return nil }
                defer { xmlSchemaFreeParserCtxt(parser) }
                xmlSchemaSetParserStructuredErrors(parser, collect, box)
                guard let schema = xmlSchemaParse(parser) else { return nil }
                defer { xmlSchemaFree(schema) }
                guard let validator = xmlSchemaNewValidCtxt(schema) else { return nil }
                defer { xmlSchemaFreeValidCtxt(validator) }
                xmlSchemaSetValidStructuredErrors(validator, collect, box)
                return xmlSchemaValidateDoc(validator, document)
            }
        }
        guard let status else {
            throw ReportError(.xmlWriter, "the report schema could not be read", findings: findings.list)
        }
        guard status == 0 else {
            throw ReportError(
                .schemaViolation,
                "the document does not follow podium-report.xsd",
                findings: findings.list
            )
        }
    }

    private static var outOfMemory: ReportError {
        ReportError(.xmlWriter, "libxml2 could not start, most likely for lack of memory")
    }

    /// Keeps what libxml2 reports; `context` is the `Findings` of the call at hand.
    private static let collect: xmlStructuredErrorFunc = { context, error in
        guard let context, let error = error?.pointee else { return }
        let findings = Unmanaged<Findings>.fromOpaque(context).takeUnretainedValue()
        guard findings.list.count < findingLimit else { return }
        findings.list.append(finding(error))
    }

    private static func finding(_ error: xmlError) -> ReportError.Finding {
        var message = error.message.map { String(cString: $0) } ?? "unknown error"
        while message.last?.isNewline == true { message.removeLast() }
        return ReportError.Finding(line: Int(error.line), message: message)
    }

    private final class Findings {
        var list: [ReportError.Finding] = []
    }
}
