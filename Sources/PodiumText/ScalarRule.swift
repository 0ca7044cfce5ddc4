internal import Foundation

/// What the basic tokenizer does with each Unicode scalar.
///
/// The order is the reference's: controls are dropped, white space separates,
/// CJK ideographs stand alone, then canonical decomposition without non-spacing
/// marks, then lower-casing, then punctuation stands alone.
enum ScalarRule: Equatable {
    case drop
    case space
    /// Goes on a word, as these scalars.
    case word([Unicode.Scalar])
    /// Is a word of its own, as these scalars.
    case alone([Unicode.Scalar])

    init(_ scalar: Unicode.Scalar, _ normalization: TextNormalization) {
        let properties = scalar.properties
        switch scalar {
        case "\t", "\n", "\r", " ":
            self = .space
            return
        case "\0", "\u{FFFD}":
            self = .drop
            return
        default: break
        }
        if Self.isOther(properties.generalCategory) {
            self = .drop
            return
        }
        if properties.isWhitespace {
            self = .space
            return
        }
        var scalars = [scalar]
        if normalization.stripsAccents { scalars = Self.withoutAccents(String(scalar)) }
        if normalization.lowercases {
            scalars = scalars.flatMap { Array($0.properties.lowercaseMapping.unicodeScalars) }
        }
        // Lower-casing can bring an accent of its own.
        if normalization.stripsAccents, normalization.lowercases {
            scalars.removeAll { $0.properties.generalCategory == .nonspacingMark }
        }
        if scalars.isEmpty {
            self = .drop
        } else if (normalization.splitsIdeographs && Self.isCJK(scalar.value))
            || (scalars.count == 1 && Self.isPunctuation(scalars[0]))
        {
            self = .alone(scalars)
        } else {
            self = .word(scalars)
        }
    }

    private static func withoutAccents(_ text: String) -> [Unicode.Scalar] {
        text.decomposedStringWithCanonicalMapping.unicodeScalars
            .filter { $0.properties.generalCategory != .nonspacingMark }
    }

    /// Categories `C*`: control, format, surrogate, private use, unassigned.
    private static func isOther(_ category: Unicode.GeneralCategory) -> Bool {
        switch category {
        case .control, .format, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }

    /// The eight ranges of the release's `_is_chinese_char`.
    private static func isCJK(_ value: UInt32) -> Bool {
        switch value {
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
            0x2B820...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
            true
        default: false
        }
    }

    /// ASCII 33–47, 58–64, 91–96, 123–126, and categories `P*`.
    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 33...47, 58...64, 91...96, 123...126: return true
        default: break
        }
        switch scalar.properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            return true
        default: return false
        }
    }
}
