import Foundation
import PodiumText
import RealData
import Testing

/// Every real GLUE and SQuAD text gives the reference's ids (Fixtures/make_token_digests.py).
@Suite("Tokens of real text", .realData) struct ReferenceDigestTests {
    struct Expected: Decodable {
        var texts: Int
        var digests: [String]
    }

    @Test(arguments: [
        ("bert-base-uncased", true), ("bert-base-multilingual-cased", false), ("bert-base-chinese", true),
    ])
    func equalTheReference(name: String, lowercases: Bool) throws {
        let vocabulary = try Vocabulary(bytes: RealData.bytes("vocab/\(name)/vocab.txt"), name: "vocab.txt")
        let tokenizer = Tokenizer(vocabulary: vocabulary, lowercases: lowercases)
        let document = try JSONDecoder().decode(
            [String: [String: Expected]].self,
            from: Fixture.data("token-digests.json")
        )
        let files = try #require(document[name])
        #expect(files.count > 10)
        for (file, expected) in files.sorted(by: { $0.key < $1.key }) {
            let texts = try Self.texts(of: file)
            #expect(texts.count == expected.texts, "\(file)")
            for (number, digest) in expected.digests.enumerated() {
                let block = texts[(number * 1000)..<min(texts.count, number * 1000 + 1000)]
                #expect(Self.digest(block, tokenizer) == digest, "\(file), texts from \(number * 1000)")
            }
        }
    }

    /// Lines of a TSV file; contexts and questions of a SQuAD file, in order.
    static func texts(of file: String) throws -> [[UInt8]] {
        let bytes = try RealData.bytes(file)
        guard file.hasSuffix(".json") else {
            return bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Array($0) }
        }
        struct File: Decodable {
            struct Article: Decodable {
                struct Paragraph: Decodable {
                    struct Question: Decodable { var question: String }
                    var context: String
                    var qas: [Question]
                }
                var paragraphs: [Paragraph]
            }
            var data: [Article]
        }
        return try JSONDecoder().decode(File.self, from: Data(bytes)).data.flatMap(\.paragraphs).flatMap { paragraph in
            [Array(paragraph.context.utf8)] + paragraph.qas.map { Array($0.question.utf8) }
        }
    }

    /// FNV-1a over ids, with 0xFFFFFFFF after each text.
    static func digest(_ texts: ArraySlice<[UInt8]>, _ tokenizer: Tokenizer) -> String {
        var state: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ value: UInt32) {
            for shift in stride(from: 0, to: 32, by: 8) {
                state = (state ^ UInt64(value >> UInt32(shift) & 0xFF)) &* 0x100_0000_01B3
            }
        }
        for text in texts {
            for piece in text.withUnsafeBufferPointer({ tokenizer.pieces(of: $0) }) { add(UInt32(piece.id)) }
            add(.max)
        }
        return String(repeating: "0", count: 16 - String(state, radix: 16).count) + String(state, radix: 16)
    }
}
