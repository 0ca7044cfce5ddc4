import PodiumText
import RealData
import Testing

@Suite struct TokenizerTests {
    private static func vocabulary(_ name: String) throws -> Vocabulary {
        try Vocabulary(bytes: RealData.bytes("vocab/\(name)/vocab.txt"), name: "vocab.txt")
    }

    /// Letters, digits, some punctuation and some words.
    private static func smallVocabulary() throws -> Vocabulary {
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789é").map { String($0) }
        let words = ["the", "##ing", "token", "##ization", "un", "##aff", "##able", ".", ",", "'"]
        let all = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] + letters + letters.map { "##" + $0 } + words
        return try Vocabulary(pieces: all.map { Array($0.utf8) }, name: "small")
    }

    @Test(
        .realData,
        arguments: [
            ("bert-base-uncased", true), ("bert-base-multilingual-cased", false), ("bert-base-chinese", true),
        ]
    )
    func randomTextGivesThePiecesOfTheNaiveTokenizer(name: String, lowercases: Bool) throws {
        let vocabulary = try Self.vocabulary(name)
        let spellings = vocabulary.pieces.map { piece in
            String(decoding: piece.starts(with: "##".utf8) ? piece.dropFirst(2) : piece[...], as: UTF8.self)
        }
        let seed = UInt64.random(in: 0 ... .max)
        print("random texts of \(name): seed \(seed)")
        var random = RandomText(seed: seed, pieces: spellings)
        for maximumWordLength in [100, 6] {
            let tokenizer = Tokenizer(
                vocabulary: vocabulary,
                lowercases: lowercases,
                maximumWordLength: maximumWordLength
            )
            let naive = NaiveTokenizer(
                vocabulary: vocabulary,
                lowercases: lowercases,
                maximumWordLength: maximumWordLength
            )
            for round in 0..<2000 {
                let text = random.next()
                let expected = naive.pieces(of: text)
                let comment: Comment = "seed \(seed), limit \(maximumWordLength), text \(round): \(Array(text.utf8))"
                // Twice: the second time from the cache.
                try #require(tokenizer.pieces(of: text) == expected, comment)
                try #require(tokenizer.pieces(of: text) == expected, comment)
                try #require(tokenizer.ids(of: text) == expected.map(\.id), comment)
            }
        }
    }

    @Test(arguments: [true, false]) func everyScalarIsTreatedAsTheNaiveTokenizerTreatsIt(lowercases: Bool) throws {
        let vocabulary = try Self.smallVocabulary()
        let tokenizer = Tokenizer(vocabulary: vocabulary, lowercases: lowercases)
        let naive = NaiveTokenizer(vocabulary: vocabulary, lowercases: lowercases)
        // All planes that have characters, and samples of the others.
        for block in Array(0..<0x340) + [0x4AB, 0xE00, 0xE01, 0xE02, 0xF12, 0x10FF] {
            let scalars = (block * 256..<(block + 1) * 256).compactMap { Unicode.Scalar(UInt32($0)) }
            let text = scalars.map { "a\($0)b \($0) " }.joined()
            #expect(tokenizer.pieces(of: text) == naive.pieces(of: text), "scalars from \(block * 256)")
        }
    }

    @Test func wordsOfAnyLengthAnywhereEndWhereTheyEnd() throws {
        let vocabulary = try Self.smallVocabulary()
        let tokenizer = Tokenizer(vocabulary: vocabulary, lowercases: true)
        let naive = NaiveTokenizer(vocabulary: vocabulary, lowercases: true)
        for length in Array(0...18) + [31, 32, 33, 101] {
            for before in 0...17 {
                for after in [
                    "", " ", ".", "é", "\0", "\0\0x", "\u{7F}", "中", " the", String(repeating: " ", count: 20),
                ] {
                    let text = String(repeating: " ", count: before) + String(repeating: "x", count: length) + after
                    #expect(tokenizer.pieces(of: text) == naive.pieces(of: text), "\(Array(text.utf8))")
                }
            }
        }
    }

    @Test func moreWordsThanAreRememberedGiveTheSamePieces() throws {
        let vocabulary = try Self.smallVocabulary()
        let tokenizer = Tokenizer(vocabulary: vocabulary, lowercases: true)
        let naive = NaiveTokenizer(vocabulary: vocabulary, lowercases: true)
        let text = (0..<70_000).map { "the \(String($0 * 7919, radix: 36))" }.joined(separator: " ")
        let expected = naive.pieces(of: text)
        #expect(tokenizer.pieces(of: text) == expected)
        #expect(tokenizer.pieces(of: text) == expected)
    }

    @Test(arguments: [1, 2, 3, 8]) func manyTextsGiveWhatEachGivesAlone(threads: Int) throws {
        let vocabulary = try Self.smallVocabulary()
        let tokenizer = Tokenizer(vocabulary: vocabulary, lowercases: true)
        var random = RandomText(seed: 1, pieces: ["The", "token", "ization"])
        let texts = [""] + (0..<500).map { _ in random.next() } + ["", ""]
        let all = tokenizer.pieces(of: texts, threads: threads)
        #expect(all.count == texts.count)
        for (number, text) in texts.enumerated() { #expect(Array(all[number]) == tokenizer.pieces(of: text)) }
        #expect(all.pieces.count == texts.reduce(0) { $0 + tokenizer.pieces(of: $1).count })
    }

    @Test(arguments: [1, 2]) func noTextsGiveNoPieces(threads: Int) throws {
        let tokenizer = Tokenizer(vocabulary: try Self.smallVocabulary(), lowercases: true)
        #expect(tokenizer.pieces(of: [], threads: threads).count == 0)
        #expect(tokenizer.pieces(of: ["", " "], threads: threads).pieces.isEmpty)
    }

    @Test func oneTokenizerServesManyTasksAtOnce() async throws {
        let tokenizer = Tokenizer(vocabulary: try Self.smallVocabulary(), lowercases: true)
        let text = (0..<2000).map { String($0 * 7919, radix: 36) }.joined(separator: " ")
        let expected = tokenizer.pieces(of: text)
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<32 { group.addTask { tokenizer.pieces(of: text) == expected } }
            for await isEqual in group { #expect(isEqual) }
        }
    }
}
