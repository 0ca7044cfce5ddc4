import CLibXML2
import FoundationEssentials

/// An XML document under construction by libxml2's text writer.
///
/// Every call to libxml2 may fail (it allocates); the first failure is kept and
/// thrown by `finish`, so that the code that says what a document holds stays plain.
struct XMLWriter: ~Copyable {
    private let buffer: xmlBufferPtr
    private let writer: xmlTextWriterPtr
    private var failed = false

    /// Starts a UTF-8 document with two-space indentation.
    init() throws(ReportError) {
        LibXML.initialize()
        guard let buffer = xmlBufferCreate() else { throw Self.outOfMemory }
        guard let writer = xmlNewTextWriterMemory(buffer, 0) else {
            xmlBufferFree(buffer)
            throw Self.outOfMemory
        }
        self.buffer = buffer
        self.writer = writer
        note(xmlTextWriterSetIndent(writer, 1))
        note(xmlTextWriterSetIndentString(writer, "  "))
        note(xmlTextWriterStartDocument(writer, "1.0", "UTF-8", nil))
    }

    deinit {
        xmlFreeTextWriter(writer)
        xmlBufferFree(buffer)
    }

    /// An element with whatever `content` writes into it.
    mutating func element(
        _ name: String,
        _ attributes: KeyValuePairs<String, String?> = [:],
        content: (inout XMLWriter) -> Void = { _ in }
    ) {
        note(xmlTextWriterStartElement(writer, name))
        write(attributes)
        content(&self)
        note(xmlTextWriterEndElement(writer))
    }

    /// An element that holds text from outside; nil writes nothing.
    ///
    /// Text that XML 1.0 cannot hold is written as base64 of its UTF-8 bytes, with `encoding="base64"`.
    mutating func text(_ name: String, _ text: String?, _ attributes: KeyValuePairs<String, String?> = [:]) {
        guard let text else { return }
        note(xmlTextWriterStartElement(writer, name))
        write(attributes)
        if text.unicodeScalars.allSatisfy(Self.isAllowed) {
            note(xmlTextWriterWriteString(writer, text))
        } else {
            note(xmlTextWriterWriteAttribute(writer, "encoding", "base64"))
            note(xmlTextWriterWriteString(writer, Data(text.utf8).base64EncodedString()))
        }
        note(xmlTextWriterEndElement(writer))
    }

    /// The document's bytes.
    consuming func finish() throws(ReportError) -> [UInt8] {
        note(xmlTextWriterEndDocument(writer))
        note(xmlTextWriterFlush(writer))
        guard !failed, let content = xmlBufferContent(buffer) else { throw Self.outOfMemory }
        return Array(UnsafeBufferPointer(start: content, count: Int(xmlBufferLength(buffer))))
    }

    private mutating func write(_ attributes: KeyValuePairs<String, String?>) {
        for (name, value) in attributes {
            guard let value else { continue }
            precondition(value.unicodeScalars.allSatisfy(Self.isAllowed), "attributes hold our own words only")
            note(xmlTextWriterWriteAttribute(writer, name, value))
        }
    }

    private mutating func note(_ status: Int32) {
        if status < 0 { failed = true }
    }

    /// The production Char of XML 1.0; a surrogate cannot be a scalar.
    static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x9, 0xA, 0xD, 0x20...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }

    private static var outOfMemory: ReportError {
        ReportError(.xmlWriter, "libxml2 could not build the XML document, most likely for lack of memory")
    }
}

/// The library's one-time set-up.
enum LibXML {
    private static let once: Void = xmlInitParser()

    static func initialize() { _ = once }
}
