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
        let vocabulary = try vocabulary(["Ab b."], size: 10)
        #expect(
            pieces(vocabulary) == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "##a", "##b", ".", "a", "b"]
        )
        #expect(vocabulary.padding == 0)
        #expect(vocabulary.mask == 4)
    }

    @Test func moreCharactersThanRoomKeepsTheMostFrequent() throws {
        var counts = WordCounts(lowercases: true)
        counts.add("aba aba cd e 中 中 中 国")
        let learned = try VocabularyTrainer(size: 5 + 6).learn(counts)
        #expect(learned.vocabulary.count == 11)
        // Four a, three ideographs, two b; c, d, e and the other ideograph once each.
        #expect(pieces(learned.vocabulary).suffix(6) == ["##a", "##b", "a", "b", "中", "##ba"])
        #expect(learned.omittedCharacters == 4)
        #expect(learned.unknownWords == 3)
        #expect(learned.words == 8)
        #expect(learned.warning?.contains("3 of 8 words are [UNK]") == true)
    }

    @Test(arguments: [6, 7, 10, 50, 300, 3000]) func noVocabularyIsLargerThanAskedFor(size: Int) throws {
        var state: UInt32 = 7
        let ideographs = (0..<6000).map { number -> String in
            state = state &* 1_664_525 &+ 1_013_904_223
            let scalar = Unicode.Scalar(0x4E00 + state >> 8 % 3305) ?? "中"
            return number % 12 == 0 ? " \(scalar)" : "\(scalar)"
        }
        let vocabulary = try vocabulary([ideographs.joined()], size: size)
        #expect(vocabulary.count <= size)
        #expect(vocabulary.count > min(size, 3000) / 2)
    }

    @Test func wordsThatTheTokenizerGivesNoPiecesToTeachNothing() throws {
        var counts = WordCounts(lowercases: true)
        let long = String(repeating: "x", count: 5000)
        counts.add(
            "\(long) \(long) \(long) ab ab \(String(repeating: "y", count: 100)) \(String(repeating: "z", count: 101))"
        )
        let learned = try VocabularyTrainer(size: 6000).learn(counts)
        let all = pieces(learned.vocabulary)
        #expect(all.allSatisfy { $0.count <= 102 })
        #expect(all.contains("y") && !all.contains("x") && !all.contains("z"))
        #expect(all.contains("ab"))
        #expect(learned.tooLongWords == 4)
        #expect(learned.warning?.contains("left out: 4") == true)
    }

    @Test func noRoomAndNoWordsAreRefused() {
        #expect(throws: TextError.self) { try vocabulary(["a b"], size: 5) }
        #expect(throws: TextError.self) { try vocabulary([String(repeating: "x", count: 5000)], size: 100) }
        #expect(throws: TextError.self) { try vocabulary(["  "], size: 100) }
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
