/// Counts pieces that a vocabulary does not know: a model of another language, or of another case.
package struct UnknownPieces: Sendable {
    package private(set) var pieces = 0
    package private(set) var unknown = 0

    package init(pieces: Int = 0, unknown: Int = 0) {
        (self.pieces, self.unknown) = (pieces, unknown)
    }

    mutating func add(_ ids: some Sequence<Int32>, unknown id: Int32) {
        for piece in ids {
            pieces += 1
            if piece == id { unknown += 1 }
        }
    }

    /// The share beyond which a reader should know of it.
    private static let share = 0.03

    /// What to say where the vocabulary does not fit the texts; nil where it does.
    package var warning: String? {
        guard pieces > 0, Double(unknown) > Self.share * Double(pieces) else { return nil }
        let percent = (1000 * Double(unknown) / Double(pieces)).rounded() / 10
        return "\(percent) % of the pieces are [UNK]: is the model of another language, or of another case?"
    }
}
