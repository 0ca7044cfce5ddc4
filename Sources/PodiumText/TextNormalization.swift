/// What a tokenizer does to text before it looks for pieces: three switches, each of which a model may set by itself.
package struct TextNormalization: Hashable, Sendable {
    package var lowercases: Bool
    /// Removes non-spacing marks after canonical decomposition.
    package var stripsAccents: Bool
    /// Makes every CJK ideograph a word of its own.
    package var splitsIdeographs: Bool

    /// - Parameter stripsAccents: nil for what `lowercases` implies, as in transformers and the 2018 release.
    package init(lowercases: Bool, stripsAccents: Bool? = nil, splitsIdeographs: Bool = true) {
        self.lowercases = lowercases
        self.stripsAccents = stripsAccents ?? lowercases
        self.splitsIdeographs = splitsIdeographs
    }

    /// Whether a piece of text can only be found in text as it is written.
    package var keepsLetters: Bool { !lowercases && !stripsAccents }
}
