/// The rules of scalars, one word each, worked out when a text first has them.
///
/// A table of all 1.1 million would take a quarter of a second; a text has a few hundred.
struct ScalarRules: Sendable {
    static let drop: UInt32 = .max
    static let space: UInt32 = .max - 1
    private static let unread: UInt32 = .max - 2
    private static let aloneBit: UInt32 = 1 << 31
    private static let sequenceBit: UInt32 = 1 << 30

    let normalization: TextNormalization
    /// Where each 256 scalars begin in `codes`; negative: no text had one of them yet.
    private var pages = [Int32](repeating: -1, count: 0x11_0000 / 256)
    /// A scalar, or an index into `sequences`, with its bits; or `drop`, `space`.
    private var codes: [UInt32] = []
    private var sequences: [[UInt8]] = []

    init(_ normalization: TextNormalization) {
        self.normalization = normalization
    }

    /// The code of a scalar.
    mutating func code(_ value: UInt32) -> UInt32 {
        let page = Int(pages[Int(value >> 8)])
        if page >= 0 {
            let code = codes[page + Int(value & 0xFF)]
            if code != Self.unread { return code }
        }
        return workOut(value)
    }

    static func isAlone(_ code: UInt32) -> Bool { code & aloneBit != 0 }

    /// Appends what a kept scalar becomes, as UTF-8; returns how many scalars that is.
    func append(_ code: UInt32, to word: inout [UInt8]) -> Int {
        let value = code & ~Self.aloneBit
        if value & Self.sequenceBit != 0 {
            let bytes = sequences[Int(value & ~Self.sequenceBit)]
            word += bytes
            return bytes.reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) }
        }
        UTF8Bytes.append(value, to: &word)
        return 1
    }

    @inline(never)
    private mutating func workOut(_ value: UInt32) -> UInt32 {
        if pages[Int(value >> 8)] < 0 {
            pages[Int(value >> 8)] = Int32(codes.count)
            codes += repeatElement(Self.unread, count: 256)
        }
        let code =
            switch Unicode.Scalar(value).map({ ScalarRule($0, normalization) }) {
            case nil, .drop: Self.drop
            case .space: Self.space
            case .word(let scalars): code(scalars)
            case .alone(let scalars): code(scalars) | Self.aloneBit
            }
        codes[Int(pages[Int(value >> 8)]) + Int(value & 0xFF)] = code
        return code
    }

    private mutating func code(_ scalars: [Unicode.Scalar]) -> UInt32 {
        if scalars.count == 1 { return scalars[0].value }
        sequences.append(Array(String(String.UnicodeScalarView(scalars)).utf8))
        return Self.sequenceBit | UInt32(sequences.count - 1)
    }
}
