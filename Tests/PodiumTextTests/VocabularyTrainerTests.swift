import PodiumText
import RealData
import Testing

@Suite struct VocabularyTrainerTests {
    private func vocabulary(_ texts: [String], size: Int, lowercases: Bool = true) throws -> Vocabulary {
        var counts = WordCounts(lowercases: lowercases)
        for text in texts { counts.add(text) }
        return try VocabularyTrainer(size: size).vocabulary(of: counts)
    }

    private func pieces(_ vocabulary: Vocabulary) -> [String] {
        (0..<Int32(vocabulary.count)).map { vocabulary.text(of: $0) }
    }

    @Test func specialPiecesComeFirstThenTheWholeAlphabet() throws {
        let vocabulary = try vocabulary(["Ab b."], size: 0)
        #expect(
            pieces(vocabulary) == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "##a", "##b", ".", "a", "b"]
        )
        #expect(vocabulary.padding == 0)
        #expect(vocabulary.mask == 4)
    }

    @Test func theMostFrequentPairIsJoinedFirst() throws {
        // "aa" twice and "ab" three times: a + ##b, then a + ##a.
        let all = pieces(try vocabulary(["aa aa ab ab ab"], size: 100))
        #expect(all.suffix(2) == ["ab", "aa"])
    }

    @Test func pairsThatOccurOnceAreNotJoined() throws {
        #expect(
            pieces(try vocabulary(["ab cd"], size: 100)).allSatisfy {
                $0.hasPrefix("[") || $0.count == 1 || $0.hasPrefix("##")
            }
        )
    }

    @Test func joinsOfJoinsSpellWholeWords() throws {
        let text = "lower lower lowest newest newest newest widest"
        let all = pieces(try vocabulary([text], size: 200))
        #expect(all.contains("newest"))
        #expect(all.contains("lower"))
        #expect(Set(all).count == all.count)
        // Once in the text, so it is not whole.
        #expect(!all.contains("widest"))
    }

    @Test func repeatedCharactersAreJoinedFromTheLeft() throws {
        let all = pieces(try vocabulary(["aaaa aaaa"], size: 200))
        #expect(all.suffix(3) == ["##aa", "aaa", "aaaa"])
    }

    @Test func theSizeIsKept() throws {
        let text = Self.prose(words: 3000)
        for size in [60, 100, 333] { #expect(try vocabulary([text], size: size).count == size) }
    }

    @Test func equalTextsGiveEqualVocabularies() throws {
        let text = Self.prose(words: 3000)
        let words = text.split(separator: " ")
        let backwards = words.reversed().joined(separator: " ")
        #expect(try vocabulary([text], size: 300).bytes == vocabulary([backwards], size: 300).bytes)
    }

    @Test func noWordOfTheTextsAlphabetIsUnknown() throws {
        let vocabulary = try vocabulary([Self.prose(words: 300)], size: 100)
        let tokenizer = Tokenizer(vocabulary: vocabulary, lowercases: true)
        #expect(!tokenizer.ids(of: "zaaz uiuiu aeiou tktk").contains(vocabulary.unknown))
    }

    @Test func casesAreKeptWhereAsked() throws {
        #expect(pieces(try vocabulary(["Ab Ab"], size: 100, lowercases: false)).contains("Ab"))
    }

    @Test(.realData) func aRealTextIsCoveredByFourThousandPieces() throws {
        let text = try RealData.text("corpus/wikipedia-squad-train-articles.txt")
        let vocabulary = try vocabulary([text], size: 4000)
        #expect(vocabulary.count == 4000)
        let ids = Tokenizer(vocabulary: vocabulary, lowercases: true).ids(of: text)
        #expect(!ids.contains(vocabulary.unknown))
        // Real words are two pieces or fewer on average.
        var counts = WordCounts(lowercases: true)
        counts.add(text)
        let words = counts.sorted.reduce(0) { $0 + $1.count }
        #expect(Double(ids.count) < 1.5 * Double(words))
    }

    /// Words of a few syllables, some far more frequent than others.
    private static func prose(words: Int) -> String {
        var state: UInt64 = 1
        func below(_ bound: UInt64) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % bound)
        }
        let consonants = Array("tknrszml").map(String.init)
        let vowels = Array("aeiou").map(String.init)
        return (0..<words).map { _ in
            (0...below(3)).map { _ in consonants[min(below(8), below(8))] + vowels[min(below(5), below(5))] }.joined()
        }.joined(separator: " ")
    }
}
