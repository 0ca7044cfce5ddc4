import PodiumText
import Testing

@Suite struct VocabularyTests {
    private static let special = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n"

    private func refusal(_ bytes: [UInt8]) -> TextError? {
        do throws(TextError) {
            _ = try Vocabulary(bytes: bytes, name: "v.txt")
            return nil
        } catch {
            return error
        }
    }

    @Test func idsAreLineNumbers() throws {
        let vocabulary = try Vocabulary(bytes: Array((Self.special + "a\n##a\n##\r\n中").utf8), name: "v.txt")
        let pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "##a", "##", "中"]
        #expect(pieces.map { vocabulary.id(of: $0) } == (0..<8).map { Int32($0) })
        #expect((0..<8).map { vocabulary.text(of: $0) } == pieces)
        #expect(vocabulary.id(of: "b") == nil)
        #expect(vocabulary.id(of: "[PA") == nil)
        #expect(vocabulary.mask == nil)
    }

    @Test func aPieceThatStandsTwiceIsRefusedWithItsLines() {
        let error = refusal(Array((Self.special + "the\n##the\nthe\n").utf8))
        #expect(error?.code == .invalidVocabulary)
        #expect(error?.message == "v.txt:7: the piece \"the\" stands on line 5 already")
    }

    @Test func aLineThatIsNotUTF8IsRefusedWithItsNumber() {
        let error = refusal(Array(Self.special.utf8) + [0x61, 0x0A, 0xFF, 0x0A])
        #expect(error?.code == .invalidUTF8)
        #expect(error?.message == "v.txt:6: the line is not UTF-8")
    }

    @Test func aVocabularyWithoutItsSpecialPiecesIsRefused() {
        #expect(refusal(Array("[PAD]\n[CLS]\n[SEP]\n".utf8))?.message.contains("has no [UNK]") == true)
        #expect(refusal([])?.message == "v.txt: the vocabulary is empty")
    }
}
