/// Texts that no corpus has: every script, marks and controls, long words, words that end at any byte.
struct RandomText {
    private var state: UInt64
    private let pieces: [String]

    /// - Parameter pieces: what words are often made of.
    init(seed: UInt64, pieces: [String]) {
        state = seed
        self.pieces = pieces
    }

    mutating func next() -> String {
        var text = ""
        for _ in 0..<below(40) {
            switch below(12) {
            case 0...2: text += pieces[below(pieces.count)]
            case 3...4: text += " "
            case 5: append(below(0x80), to: &text)
            case 6: append(below(0x600), to: &text)
            case 7: append(below(0x3000), to: &text)
            case 8: append(below(0x2_0000), to: &text)
            case 9: append(below(0x11_0000), to: &text)
            case 10: text += Self.traps[below(Self.traps.count)]
            default: text += String(repeating: below(2) == 0 ? "A" : "é", count: below(below(8) == 0 ? 120 : 20))
            }
        }
        return text
    }

    private static let traps = [
        "\0", "\u{FFFD}", "\u{200D}", "\u{301}", "\u{345}", "İ", "ß", "ǅ", "Σ", "한국", "豈", "中文", "、", "\u{A0}",
        "\u{85}",
        "\u{1D160}", "ﬃ", "٣", "e\u{301}", "👩‍👩‍👧", "##", "[UNK]", "don't", "U.S.", "…", "\r\n", "\u{2028}", "\u{7F}",
    ]

    private func append(_ value: Int, to text: inout String) {
        if let scalar = Unicode.Scalar(UInt32(value)) { text.unicodeScalars.append(scalar) }
    }

    /// SplitMix64.
    private mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return Int((value ^ value >> 31) % UInt64(bound))
    }
}
