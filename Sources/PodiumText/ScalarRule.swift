internal import Foundation

/// What the basic tokenizer does with each Unicode scalar.
///
/// The order is the reference's: controls are dropped, white space separates,
/// CJK ideographs stand alone, then (uncased models) canonical decomposition
/// without non-spacing marks and lower-casing, then punctuation stands alone.
enum ScalarRule: Equatable {
    case drop
    case space
    /// Goes on a word, as these scalars.
    case word([Unicode.Scalar])
    /// Is a word of its own, as these scalars.
    case alone([Unicode.Scalar])

    init(_ scalar: Unicode.Scalar, lowercases: Bool) {
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
        if lowercases {
            scalars = String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars
                .filter { $0.properties.generalCategory != .nonspacingMark }
                .flatMap { Array($0.properties.lowercaseMapping.unicodeScalars) }
                .filter { $0.properties.generalCategory != .nonspacingMark }
        }
        if scalars.isEmpty {
            self = .drop
        } else if Self.isCJK(scalar.value) || (scalars.count == 1 && Self.isPunctuation(scalars[0])) {
            self = .alone(scalars)
        } else {
            self = .word(scalars)
        }
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

/// The rules of all scalars, one word each.
final class ScalarRules: Sendable {
    static let uncased = ScalarRules(lowercases: true)
    static let cased = ScalarRules(lowercases: false)

    static let drop: UInt32 = .max
    static let space: UInt32 = .max - 1
    private static let aloneBit: UInt32 = 1 << 31
    private static let sequenceBit: UInt32 = 1 << 30

    /// A scalar, or an index into `sequences`, with its bits; or `drop`, `space`.
    private let codes: [UInt32]
    private let sequences: [[UInt8]]

    private init(lowercases: Bool) {
        var sequences: [[UInt8]] = []
        var codes = [UInt32](repeating: Self.drop, count: 0x11_0000)
        func code(_ scalars: [Unicode.Scalar]) -> UInt32 {
            if scalars.count == 1 { return scalars[0].value }
            sequences.append(Array(String(String.UnicodeScalarView(scalars)).utf8))
            return Self.sequenceBit | UInt32(sequences.count - 1)
        }
        for value in 0..<UInt32(0x11_0000) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            switch ScalarRule(scalar, lowercases: lowercases) {
            case .drop: break
            case .space: codes[Int(value)] = Self.space
            case .word(let scalars): codes[Int(value)] = code(scalars)
            case .alone(let scalars): codes[Int(value)] = code(scalars) | Self.aloneBit
            }
        }
        self.codes = codes
        self.sequences = sequences
    }

    subscript(_ value: UInt32) -> UInt32 { codes[Int(value)] }

    static func isAlone(_ code: UInt32) -> Bool { code & aloneBit != 0 }

    /// Appends what a kept scalar becomes, as UTF-8; returns how many scalars that is.
    func append(_ code: UInt32, to word: inout [UInt8]) -> Int {
        let value = code & ~Self.aloneBit
        if value & Self.sequenceBit != 0 {
            let bytes = sequences[Int(value & ~Self.sequenceBit)]
            word += bytes
            return bytes.reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) }
        }
        switch value {
        case ..<0x80:
            word.append(UInt8(value))
        case ..<0x800:
            word.append(UInt8(0xC0 | value >> 6))
            word.append(UInt8(0x80 | value & 0x3F))
        case ..<0x1_0000:
            word.append(UInt8(0xE0 | value >> 12))
            word.append(UInt8(0x80 | value >> 6 & 0x3F))
            word.append(UInt8(0x80 | value & 0x3F))
        default:
            word.append(UInt8(0xF0 | value >> 18))
            word.append(UInt8(0x80 | value >> 12 & 0x3F))
            word.append(UInt8(0x80 | value >> 6 & 0x3F))
            word.append(UInt8(0x80 | value & 0x3F))
        }
        return 1
    }
}
