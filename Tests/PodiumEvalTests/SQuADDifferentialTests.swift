import PodiumEval
import PodiumPrimitives
import RealData
import Testing

@Suite struct SQuADDifferentialTests {
    struct Cases: Decodable {
        var seed: Int
        var cases: [Case]
    }

    struct Case: Decodable {
        var version: String
        var data: String
        var predictions: String
        var noAnswer: String?
        var threshold: Double
        var expected: [String: Double]?
    }

    @Test func randomPredictionsScoreAsTheOfficialScriptsScoreThem() throws {
        let file = try Fixtures.decode(Cases.self, from: "squad-cases.json")
        for (index, example) in file.cases.enumerated() {
            let place = "seed \(file.seed), case \(index)"
            guard let expected = example.expected else {
                #expect(
                    EvalError.Code.thrown { () throws(EvalError) in _ = try Self.score(example) } != nil,
                    "\(place)"
                )
                continue
            }
            let score = try Self.score(example)
            #expect(score.entries.count == expected.count, "\(place)")
            for (name, value) in expected {
                #expect(score[name] == value, "\(place): \(name)")
            }
        }
    }

    private static func score(_ example: Case) throws(EvalError) -> SQuADScore {
        let references = try SQuADReferences(json: Array(example.data.utf8))
        let predictions = try SQuADPredictions(json: Array(example.predictions.utf8))
        if example.version == "1.1" { return try .v1(references.questions, predictions: predictions) }
        let noAnswer = try example.noAnswer.map { (text) throws(EvalError) in
            try NoAnswerScores(json: Array(text.utf8))
        }
        return try .v2(
            references.questions,
            predictions: predictions,
            noAnswer: noAnswer,
            threshold: example.threshold
        )
    }

    struct Sets: Decodable {
        var sets: [Whole]
    }

    struct Whole: Decodable {
        var version: String
        var threshold: Double
        var noAnswer: Bool
        var expected: [String: Double]
    }

    @Test(.realData) func wholeDevelopmentSetsScoreToTheLastBit() throws {
        for whole in try Fixtures.decode(Sets.self, from: "squad-dev.json").sets {
            let name = whole.version == "1.1" ? "dev-v1.1.json" : "dev-v2.0.json"
            let references = try SQuADReferences(json: RealData.bytes("squad/\(name)")).questions
            let predictions = SQuADPredictions(references.enumerated().map { ($1.id, Self.answer($0, $1.answers)) })
            let odds = NoAnswerScores(references.enumerated().map { ($1.id, Double($0 * 7919 % 1000) / 1000) })
            let score =
                whole.version == "1.1"
                ? try SQuADScore.v1(references, predictions: predictions)
                : try SQuADScore.v2(
                    references,
                    predictions: predictions,
                    noAnswer: whole.noAnswer ? odds : nil,
                    threshold: whole.threshold
                )
            #expect(score.entries.count == whole.expected.count)
            for (key, value) in whole.expected { #expect(score[key] == value, "\(name) \(key)") }
        }
    }

    /// The rule `answer` of make_squad_cases.py.
    private static func answer(_ k: Int, _ golds: [ExactText]) -> ExactText {
        guard let first = golds.first?.description, let last = golds.last?.description else {
            return ExactText(["", "the", "no idea"][k % 3])
        }
        let reversed = first.unicodeScalars.split(separator: " ", omittingEmptySubsequences: false).reversed()
            .map { String($0) }.joined(separator: " ")
        return ExactText([first, "The " + last + "!", reversed, "", first + " " + last][k % 5])
    }

    struct Digests: Decodable {
        var block: Int
        var digests: [String]
    }

    @Test func normalisationEqualsPythonOnEveryCodePoint() throws {
        let file = try Fixtures.decode(Digests.self, from: "normalization-digests.json")
        #expect(file.digests.count * file.block == 0x11_0000)
        for (block, expected) in file.digests.enumerated() {
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            for codePoint in UInt32(block * file.block)..<UInt32((block + 1) * file.block) {
                let bytes = Self.utf8(codePoint)
                for text in [
                    bytes, [0x61] + bytes + [0x62], [0x41] + bytes + [0xCE, 0xA3], [0xCE, 0xA3] + bytes + [0x41],
                ] {
                    for byte in NormalizedAnswer(ExactText(bytes: text)).text.bytes + [0xFF] {
                        hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
                    }
                }
            }
            let digits = String(hash, radix: 16)
            let found = String(repeating: "0", count: 16 - digits.count) + digits
            #expect(found == expected, "code points from U+\(String(block * file.block, radix: 16)) on")
        }
    }

    /// UTF-8, also of surrogates.
    private static func utf8(_ codePoint: UInt32) -> [UInt8] {
        if let scalar = Unicode.Scalar(codePoint) { return Array(String(scalar).utf8) }
        return [
            UInt8(0xE0 | codePoint >> 12), UInt8(0x80 | codePoint >> 6 & 0x3F), UInt8(0x80 | codePoint & 0x3F),
        ]
    }
}
