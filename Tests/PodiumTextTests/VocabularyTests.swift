import PodiumText
import RealData
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

    @Test func piecesAreWrittenAsALineOfThemselvesOrOfTheirNumbers() throws {
        let vocabulary = try Vocabulary(bytes: Array((Self.special + "one\n##s").utf8), name: "v.txt")
        let pieces = Tokenizer(vocabulary: vocabulary, lowercases: true).pieces(of: "ones one")
        var output: [UInt8] = []
        vocabulary.appendLine(of: pieces, asIDs: false, to: &output)
        vocabulary.appendLine(of: pieces, asIDs: true, to: &output)
        vocabulary.appendLine(of: [], asIDs: true, to: &output)
        #expect(String(decoding: output, as: UTF8.self) == "one ##s one\n4 5 4\n\n")
    }

    @Test func ofAPieceThatStandsTwiceTheLaterLineCountsAndANoteSaysSo() throws {
        let vocabulary = try Vocabulary(bytes: Array((Self.special + "the\n##the\nthe\n").utf8), name: "v.txt")
        #expect(vocabulary.id(of: "the") == 6)
        #expect(vocabulary.count == 7)
        #expect(vocabulary.notes.count == 1)
        #expect(vocabulary.notes[0].hasPrefix("v.txt:7: the piece \"the\" stands on line 5 already"))
        let pieces = Tokenizer(vocabulary: vocabulary, lowercases: true).ids(of: "the thethe")
        #expect(pieces == [6, 6, 5])
    }

    @Test func blankLinesHaveIdsThatNoTextGets() throws {
        let bytes = Array("[PAD]\n[UNK]\n\n\r\n[CLS]\n[SEP]\na\n##b".utf8)
        let vocabulary = try Vocabulary(bytes: bytes, name: "v.txt")
        #expect(vocabulary.id(of: "[CLS]") == 4)
        #expect(vocabulary.id(of: "") == nil)
        #expect(vocabulary.count == 8)
        #expect(vocabulary.notes == ["v.txt:3: 2 lines are blank; they have ids, which no text gets"])
        #expect(Tokenizer(vocabulary: vocabulary, lowercases: true).ids(of: "ab  a") == [6, 7, 6])
        // What is written is read with the same ids.
        #expect(try Vocabulary(bytes: vocabulary.bytes, name: "w.txt").pieces == vocabulary.pieces)
    }

    @Test func aByteOrderMarkIsNoPartOfTheFirstPiece() throws {
        let vocabulary = try Vocabulary(bytes: Array(("\u{FEFF}" + Self.special + "a\n").utf8), name: "v.txt")
        #expect(vocabulary.padding == 0)
        #expect(vocabulary.count == 5)
        #expect(vocabulary.notes.count == 1)
    }

    @Test func lineEndsOfWindowsAreNoPartOfPieces() throws {
        let text = (Self.special + "a\n##b\n").replacing("\n", with: "\r\n")
        let vocabulary = try Vocabulary(bytes: Array(text.utf8), name: "v.txt")
        #expect(vocabulary.pieces == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "##b"].map { Array($0.utf8) })
    }

    @Test func aPointerOfGitLFSIsNamedAsSuch() {
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 231508\n"
        #expect(refusal(Array(pointer.utf8))?.message.contains("Git LFS pointer") == true)
    }

    @Test func specialPiecesMayHaveOtherNames() throws {
        var names = Vocabulary.SpecialNames()
        (names.padding, names.unknown, names.classification, names.separator) = ("<pad>", "<unk>", "<s>", "</s>")
        let bytes = Array("<s>\n<pad>\n</s>\n<unk>\na\n".utf8)
        let vocabulary = try Vocabulary(bytes: bytes, name: "v.txt", specialNames: names)
        #expect(
            [vocabulary.classification, vocabulary.padding, vocabulary.separator, vocabulary.unknown] == [0, 1, 2, 3]
        )
        #expect(vocabulary.mask == nil)
        #expect(refusal(bytes)?.message.contains("has no [UNK]") == true)
    }

    @Test(.realData, arguments: [("uncased", false), ("chinese", false), ("multilingual-cased", true)])
    func casingIsGuessedOfThePiecesOfLetters(name: String, isCased: Bool) throws {
        let bytes = try RealData.bytes("vocab/bert-base-\(name)/vocab.txt")
        #expect(try Vocabulary(bytes: bytes, name: "v.txt").seemsCased == isCased)
    }

    @Test func aFewCapitalsMakeNoCasedVocabulary() throws {
        let words = (0..<500).map { "w" + String($0, radix: 26, uppercase: false).filter(\.isLetter) + "x" }
        let text = Self.special + "<S>\n<T>\nQ\n" + words.joined(separator: "\n")
        #expect(try Vocabulary(bytes: Array(text.utf8), name: "v.txt").seemsCased == false)
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
