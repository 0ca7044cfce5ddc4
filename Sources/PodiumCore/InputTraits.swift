/// What an evaluated example's input was like to the model that answered it.
///
/// Reports score parts of an evaluation set by it, without the data at hand.
package struct InputTraits: Codable, Sendable, Hashable {
    /// Words of the texts; of SQuAD those of the passage.
    package var words: Int
    /// Pieces that the model's vocabulary does not know.
    package var unknownPieces: Int
    /// Pieces that did not fit into the sequence and were not read.
    package var cutPieces: Int
    /// The overlapping sequences that a passage was read in; nil where there is always one.
    package var windows: Int?
    /// What a question asks with: `who`, `how many`; nil for other tasks.
    package var questionWord: String?
    /// How many of a hundred words of the second sentence stand in the first; nil for single sentences.
    package var sharedWords: Int?

    private enum CodingKeys: String, CodingKey {
        // Short, because a file has one of them a line.
        case words, windows
        case unknownPieces = "unknown"
        case cutPieces = "cut"
        case questionWord = "asks"
        case sharedWords = "shared"
    }

    package init(
        words: Int,
        unknownPieces: Int,
        cutPieces: Int,
        windows: Int? = nil,
        questionWord: String? = nil,
        sharedWords: Int? = nil
    ) {
        self.words = words
        self.unknownPieces = unknownPieces
        self.cutPieces = cutPieces
        self.windows = windows
        self.questionWord = questionWord
        self.sharedWords = sharedWords
    }
}
