/// BasicTokenizer and WordPiece in one pass over UTF-8.
///
/// Gives what `BertTokenizer` of transformers gives without special tokens.
/// Text is never taken for a special token: `[SEP]` in a sentence is three words. Tokens that a model adds to its
/// vocabulary (`Vocabulary.addedTokens`) are found in text as they are written.
///
/// Words met before are remembered, by copies of a tokenizer in common: keep one rather than make new ones.
package struct Tokenizer: Sendable {
    package let vocabulary: Vocabulary
    package let normalization: TextNormalization
    /// Longer words are `[UNK]`: 100 scalars in transformers, 200 in the 2018 release.
    package let maximumWordLength: Int
    private let workspaces = Workspaces()

    /// The longest word that has pieces where a model says nothing else.
    package static let defaultMaximumWordLength = 100

    package init(
        vocabulary: Vocabulary,
        normalization: TextNormalization,
        maximumWordLength: Int = defaultMaximumWordLength
    ) {
        self.vocabulary = vocabulary
        self.normalization = normalization
        self.maximumWordLength = maximumWordLength
    }

    /// A cased or an uncased tokenizer, as the released models have it.
    package init(vocabulary: Vocabulary, lowercases: Bool, maximumWordLength: Int = defaultMaximumWordLength) {
        self.init(
            vocabulary: vocabulary,
            normalization: TextNormalization(lowercases: lowercases),
            maximumWordLength: maximumWordLength
        )
    }

    package var lowercases: Bool { normalization.lowercases }

    /// The pieces of a text.
    package func pieces(of text: String) -> [Piece] {
        var text = text
        return text.withUTF8 { pieces(of: $0) }
    }

    /// The ids of a text.
    package func ids(of text: String) -> [Int32] {
        var text = text
        return withWorkspace { workspace in
            text.withUTF8 { workspace.append($0) }
            return workspace.pieces.map(\.id)
        }
    }

    /// The pieces of valid UTF-8.
    package func pieces(of bytes: UnsafeBufferPointer<UInt8>) -> [Piece] {
        withWorkspace { workspace in
            workspace.append(bytes)
            return Array(workspace.pieces)
        }
    }

    /// Lends the body a workspace without pieces.
    func withWorkspace<Result>(_ body: (inout Workspace) -> Result) -> Result {
        let desk = workspaces.take() ?? Workspaces.Desk(Workspace(self))
        defer {
            desk.workspace.removePieces()
            workspaces.giveBack(desk)
        }
        return body(&desk.workspace)
    }
}
