/// Text for terminals: aligned by columns, without anything that could steer one.
package enum TerminalText {
    /// Control characters and direction marks become U+FFFD.
    package static func safe(_ text: String) -> String {
        cleaned(text) { isUnsafe($0) }
    }

    /// The same for text of several lines: line feeds and tabs stay.
    package static func safeLines(_ text: String) -> String {
        cleaned(text) { isUnsafe($0) && $0 != "\n" && $0 != "\t" }
    }

    private static func cleaned(_ text: String, _ isBad: (Unicode.Scalar) -> Bool) -> String {
        guard text.unicodeScalars.contains(where: isBad) else { return text }
        var output = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { output.append(isBad(scalar) ? "\u{FFFD}" : scalar) }
        return String(output)
    }

    package static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// Columns that a text takes: none for combining marks, two for East Asian wide characters and emoji.
    package static func columns(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { sum, scalar in
            if scalar.isASCII { return sum + 1 }
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark, .format: return sum
            default: break
            }
            switch scalar.value {
            case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
                0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
                return sum + 2
            default: return sum + 1
            }
        }
    }
}
