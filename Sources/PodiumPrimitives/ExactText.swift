/// Text compared byte by byte.
///
/// Swift's `String ==` holds for canonically equivalent text ("é" in one or two
/// scalars); scorers and ids must tell these apart. Bytes are UTF-8, except that
/// a lone surrogate from a JSON escape keeps its three-byte form, as Python's
/// strings do.
package struct ExactText: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    package var bytes: [UInt8]

    package init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    package init(_ string: String) {
        bytes = Array(string.utf8)
    }

    package init(stringLiteral value: String) {
        self.init(value)
    }

    package var isEmpty: Bool { bytes.isEmpty }

    /// For people; lone surrogates become U+FFFD.
    package var description: String { String(decoding: bytes, as: UTF8.self) }

    package func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}
