import Foundation
import PodiumBERT
import PodiumText
import Testing

/// What the files of a model folder say of its tokenizer is honoured or refused.
@Suite struct TokenizerSettingsTests {
    /// The tiny model with other tokenizer files, by name.
    private func settings(_ files: [String: String], vocabulary: Bool = true) throws -> TokenizerSettings {
        try withTemporaryFolder { folder in
            let kept = ["config.json", "model.safetensors"] + (vocabulary ? ["vocab.txt"] : [])
            for name in kept {
                try FileManager.default.copyItem(atPath: "\(Fixture.tinyModel)/\(name)", toPath: "\(folder)/\(name)")
            }
            for (name, text) in files {
                try text.write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8)
            }
            return try ModelDirectory(path: folder).tokenizerSettings
        }
    }

    private func refusal(_ files: [String: String]) -> String? {
        #expect(throws: BERTError.self) { _ = try settings(files) }?.message
    }

    private static func pipeline(
        _ normalizer: String =
            "{\"type\":\"BertNormalizer\",\"clean_text\":true,\"handle_chinese_chars\":false,\"strip_accents\":false,\"lowercase\":true}",
        model: String =
            "\"type\":\"WordPiece\",\"unk_token\":\"[UNK]\",\"continuing_subword_prefix\":\"##\",\"max_input_chars_per_word\":50",
        vocabulary: [String]? = nil
    ) throws -> String {
        let text = try String(contentsOfFile: "\(Fixture.tinyModel)/vocab.txt", encoding: .utf8)
        let pieces = vocabulary ?? text.split(separator: "\n").map(String.init)
        let ids = Dictionary(uniqueKeysWithValues: pieces.enumerated().map { ($1, $0) })
        let json = String(decoding: try JSONEncoder().encode(ids), as: UTF8.self)
        return
            "{\"normalizer\":\(normalizer),\"pre_tokenizer\":{\"type\":\"BertPreTokenizer\"},\"model\":{\(model),\"vocab\":\(json)}}"
    }

    @Test func aGuessIsSaid() throws {
        let settings = try settings([:])
        #expect(settings.lowercases.value)
        #expect(settings.lowercases.source == .guessed("the pieces of the vocabulary"))
        #expect(settings.notes.count == 1 && settings.notes[0].contains("do_lower_case"))
    }

    @Test func switchesOfTheConfigurationAreHonoured() throws {
        let settings = try settings([
            "tokenizer_config.json":
                "{\"do_lower_case\": true, \"strip_accents\": false, \"tokenize_chinese_chars\": false, \"tokenizer_class\": \"BertTokenizerFast\"}"
        ])
        let expected = TextNormalization(lowercases: true, stripsAccents: false, splitsIdeographs: false)
        #expect(settings.tokenizer.normalization == expected)
        #expect(settings.notes.isEmpty)
        #expect(settings.stripsAccents.source == .stated("tokenizer_config.json"))
        let cased = try self.settings(["tokenizer_config.json": "{\"do_lower_case\": false, \"strip_accents\": null}"])
        #expect(cased.tokenizer.normalization == TextNormalization(lowercases: false))
        // The pieces have no capitals.
        #expect(cased.notes.contains { $0.contains("looks uncased") })
    }

    @Test func thePipelineIsHonouredWhereItIsTheOnlySource() throws {
        let settings = try settings(["tokenizer.json": Self.pipeline()])
        let expected = TextNormalization(lowercases: true, stripsAccents: false, splitsIdeographs: false)
        #expect(settings.tokenizer.normalization == expected)
        #expect(settings.tokenizer.maximumWordLength == 50)
        #expect(settings.lowercases.source == .stated("tokenizer.json"))
        // Without vocab.txt the pieces are its own too.
        let alone = try self.settings(["tokenizer.json": Self.pipeline()], vocabulary: false)
        #expect(alone.vocabulary.pieces == settings.vocabulary.pieces)
    }

    @Test func aContradictionIsSaidAndTheConfigurationCounts() throws {
        let settings = try settings([
            "tokenizer.json": Self.pipeline(), "tokenizer_config.json": "{\"do_lower_case\": false}",
        ])
        #expect(!settings.lowercases.value)
        #expect(settings.notes.contains { $0.contains("\"do_lower_case\": false") && $0.contains("the opposite") })
    }

    @Test(arguments: [
        ("{\"tokenizer_class\": \"RobertaTokenizer\"}", "RobertaTokenizer"),
        ("{\"tokenizer_class\": \"BertJapaneseTokenizer\"}", "BertJapaneseTokenizer"),
        ("{\"tokenizer_class\": \"PreTrainedTokenizerFast\"}", "needs a tokenizer.json"),
        ("{\"do_basic_tokenize\": false}", "do_basic_tokenize"),
        ("{\"do_lower_case\": \"yes\"}", "neither true nor false"),
        ("{\"truncation_side\": \"left\"}", "truncation_side"),
        ("{\"never_split\": [\"co-op\"]}", "co-op"), ("[]", "not a JSON object"),
        ("{\"added_tokens_decoder\": {\"41\": {\"content\": \"[E]\", \"lstrip\": true}}}", "lstrip"),
        ("{\"added_tokens_decoder\": {\"41\": {\"content\": \"covid\"}}}", "covid"),
        ("{\"cls_token\": \"<s>\"}", "has no <s>"), ("{\"max_input_chars_per_word\": 0}", "max_input_chars_per_word"),
    ])
    func whatCannotBeHonouredIsRefused(configuration: String, saying: String) {
        let message = refusal(["tokenizer_config.json": configuration])
        #expect(message?.contains(saying) == true, "\(message ?? "")")
    }

    @Test func pipelinesOfOtherModelsAreRefused() throws {
        #expect(refusal(["tokenizer.json": "{\"model\": {\"type\": \"BPE\", \"vocab\": []}}"])?.contains("BPE") == true)
        let null = try Self.pipeline("null")
        #expect(refusal(["tokenizer.json": null])?.contains("the normalizer is none") == true)
        let dirty = try Self.pipeline("{\"type\":\"BertNormalizer\",\"clean_text\":false}")
        #expect(refusal(["tokenizer.json": dirty])?.contains("clean_text") == true)
        let prefix = try Self.pipeline(model: "\"type\":\"WordPiece\",\"continuing_subword_prefix\":\"@@\"")
        #expect(refusal(["tokenizer.json": prefix])?.contains("@@") == true)
        let other = try Self.pipeline(vocabulary: ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "zzz"])
        #expect(refusal(["tokenizer.json": other])?.contains("is not \"zzz\"") == true)
    }

    @Test func whatIsWrittenIsReadAgain() throws {
        let pieces = ["<pad>", "<unk>", "<s>", "</s>", "a", "##b", "É"].map { Array($0.utf8) }
        var names = Vocabulary.SpecialNames()
        (names.padding, names.unknown, names.classification, names.separator) = ("<pad>", "<unk>", "<s>", "</s>")
        let vocabulary = try Vocabulary(
            pieces: pieces,
            name: "v",
            specialNames: names,
            addedTokens: [Vocabulary.AddedToken(text: "[E1]", id: 7)]
        )
        let normalization = TextNormalization(lowercases: true, stripsAccents: false, splitsIdeographs: false)
        let tokenizer = Tokenizer(vocabulary: vocabulary, normalization: normalization, maximumWordLength: 30)
        try withTemporaryFolder { folder in
            let model = try ModelDirectory(path: Fixture.tinyModel)
            let graph = Fixture.encoder(model.configuration).evaluationGraph(.span)
            _ = try ModelDirectory.write(
                Fixture.tinyWeights(for: graph),
                configuration: model.configuration,
                tokenizer: tokenizer,
                to: folder
            )
            let again = try ModelDirectory(path: folder).tokenizer
            #expect(again.normalization == normalization)
            #expect(again.maximumWordLength == 30)
            #expect(again.vocabulary.pieces == vocabulary.pieces)
            #expect(again.vocabulary.addedTokens == vocabulary.addedTokens)
            #expect(again.vocabulary.specialNames.classification == "<s>")
            #expect(again.ids(of: "ab [E1]") == [4, 5, 7])
        }
    }
}
