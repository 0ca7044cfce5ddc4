import Foundation
import PodiumText
import Testing

/// Every switch of case, accents and ideographs gives the reference's ids (Fixtures/make_normalization_cases.py).
@Suite struct NormalizationTests {
    struct Document: Decodable {
        struct Case: Decodable {
            var lowercases: Bool
            var stripsAccents: Bool?
            var splitsIdeographs: Bool
            var ids: [[Int32]]
        }
        var vocabulary: [String]
        var texts: [String]
        var cases: [Case]
    }

    private static let document: Document? = try? JSONDecoder().decode(
        Document.self,
        from: Fixture.data("normalization-cases.json")
    )

    @Test(arguments: 0..<12) func idsEqualTheReference(number: Int) throws {
        let document = try #require(Self.document)
        try #require(document.cases.count == 12)
        let expected = document.cases[number]
        let tokenizer = Tokenizer(
            vocabulary: try Vocabulary(pieces: document.vocabulary.map { Array($0.utf8) }, name: "v"),
            normalization: TextNormalization(
                lowercases: expected.lowercases,
                stripsAccents: expected.stripsAccents,
                splitsIdeographs: expected.splitsIdeographs
            )
        )
        for (text, ids) in zip(document.texts, expected.ids) { #expect(tokenizer.ids(of: text) == ids, "\(text)") }
    }

    @Test func theLaterIdOfAPieceThatStandsTwiceIsUsed() throws {
        let document = try #require(Self.document)
        let vocabulary = try Vocabulary(pieces: document.vocabulary.map { Array($0.utf8) }, name: "v")
        #expect(vocabulary.id(of: "the") == Int32(document.vocabulary.lastIndex(of: "the") ?? 0))
        #expect(document.vocabulary.firstIndex(of: "the") != document.vocabulary.lastIndex(of: "the"))
    }

    @Test func addedTokensAreFoundAsTheyAreWritten() throws {
        let pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "##b", "b", "e", "##1", "1", "[", "]"]
        let added = [
            Vocabulary.AddedToken(text: "[E1]", id: 12), Vocabulary.AddedToken(text: "[E1] x", id: 13),
            Vocabulary.AddedToken(text: "[UNUSED]", id: 4),
        ]
        let vocabulary = try Vocabulary(pieces: pieces.map { Array($0.utf8) }, name: "v", addedTokens: added)
        #expect(vocabulary.count == 14)
        let tokenizer = Tokenizer(vocabulary: vocabulary, lowercases: true)
        let text = "ab[E1]b é[E1] x[E1"
        let found = tokenizer.pieces(of: text)
        #expect(found.map(\.id) == [4, 5, 12, 6, 7, 13, 10, 7, 8])
        #expect(
            found.map { "\($0.start)-\($0.end)" } == [
                "0-1", "1-2", "2-6", "6-7", "8-10", "10-16", "16-17", "17-18", "18-19",
            ]
        )
        #expect(tokenizer.ids(of: "[UNUSED]") == [4])
        // Written otherwise it is text.
        #expect(tokenizer.ids(of: "[e1]") == [10, 7, 8, 11])
    }

    @Test func addedTokensFollowThePiecesWithoutAGap() {
        let pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"].map { Array($0.utf8) }
        let error = #expect(throws: TextError.self) {
            _ = try Vocabulary(pieces: pieces, name: "v", addedTokens: [Vocabulary.AddedToken(text: "[E]", id: 9)])
        }
        #expect(error?.message.contains("has the id 9, but the vocabulary ends at 3") == true)
    }
}
