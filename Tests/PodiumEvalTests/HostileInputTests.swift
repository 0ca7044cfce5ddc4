import Foundation
import PodiumCore
import PodiumEval
import PodiumFiles
import PodiumPrimitives
import Testing

/// Random damage to good files: every reader ends with a value or an error of its own, never otherwise.
@Suite struct HostileInputTests {
    private static let seed: UInt64 = 20_240_711
    private static let table = Array("index\tprediction\n0\tentailment\n1\tnot_entailment\n2\tentailment\n".utf8)
    private static let data = Array(
        #"{"version": "v2.0", "data": [{"title": "T", "paragraphs": [{"context": "a b", "qas": [{"id": "q1", "question": "?", "answers": [{"text": "a\u00e9\ud83d\ude00", "answer_start": 0}], "is_impossible": false}, {"id": "q2", "question": "?", "answers": [], "is_impossible": true}]}]}]}"#
            .utf8
    )
    private static let numbers = Array(#"{"q1": -3.5e2, "q2": 0.25, "q3": 1}"#.utf8)

    /// Flips, cuts, repeats and splices; sometimes nests or grows far.
    private static func damaged(_ bytes: [UInt8], using generator: inout Generator) -> [UInt8] {
        var bytes = bytes
        for _ in 0...generator.index(below: 6) {
            guard !bytes.isEmpty else { return bytes }
            let place = generator.index(below: bytes.count)
            switch generator.index(below: 7) {
            case 0: bytes[place] = UInt8(generator.index(below: 256))
            case 1: bytes.removeSubrange(place...)
            case 2: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 40)], at: place)
            case 3: bytes.insert(UInt8(generator.index(below: 256)), at: place)
            case 4: bytes.removeSubrange(place..<min(bytes.count, place + 8))
            case 5: bytes.insert(contentsOf: Array(repeating: 0x5B, count: 20_000), at: place)
            default: bytes.swapAt(place, generator.index(below: bytes.count))
            }
        }
        return bytes
    }

    private static let zip = ZipArchive([
        ZipArchive.File(name: "RTE.tsv", bytes: table), ZipArchive.File(name: "x.bin", bytes: [0, 1, 2]),
    ]).bytes

    private static let readers: [(name: String, good: [UInt8], read: @Sendable ([UInt8]) throws(EvalError) -> Void)] = [
        ("predictions", table, { (bytes) throws(EvalError) in _ = try PredictionsFile.read(bytes) }),
        ("data", data, { (bytes) throws(EvalError) in _ = try SQuADReferences(json: bytes) }),
        ("answers", numbers, { (bytes) throws(EvalError) in _ = try SQuADPredictions(json: bytes) }),
        ("odds", numbers, { (bytes) throws(EvalError) in _ = try NoAnswerScores(json: bytes) }),
        (
            "archive", zip,
            { (bytes) throws(EvalError) in _ = GLUESubmission.check(try SubmissionTests.archive(bytes)) }
        ),
    ]

    @Test func damagedFilesGiveAnErrorOrAValueNeverACrash() throws {
        var generator = Generator(seed: Self.seed)
        var refused = 0
        let duration = ContinuousClock().measure {
            for round in 0..<80 {
                for reader in Self.readers {
                    let bytes = Self.damaged(reader.good, using: &generator)
                    do throws(EvalError) {
                        try reader.read(bytes)
                    } catch {
                        refused += 1
                        #expect(!error.message.isEmpty, "seed \(Self.seed), round \(round), \(reader.name)")
                    }
                }
            }
        }
        #expect(refused > 200, "seed \(Self.seed): damage must be noticed")
        #expect(duration < .seconds(20), "seed \(Self.seed)")
    }

    @Test func damagedCompressedArchivesGiveAnErrorOrAValue() throws {
        let cases = try Fixtures.decode(SubmissionTests.ZipCases.self, from: "zip-cases.json").good
        var generator = Generator(seed: Self.seed, stream: 1)
        var refused = 0
        for _ in 0..<100 {
            for example in cases {
                var bytes = [UInt8](example.archive)
                bytes[generator.index(below: bytes.count)] ^= UInt8(1 << generator.index(below: 8))
                if EvalError.Code.thrown(by: { () throws(EvalError) in _ = try SubmissionTests.archive(bytes) }) != nil
                {
                    refused += 1
                }
            }
        }
        #expect(refused > 150, "seed \(Self.seed)")
    }

    @Test func everyPrefixOfAFileIsRefused() throws {
        for reader in Self.readers where reader.name != "predictions" {
            for length in 0..<reader.good.count {
                let code = EvalError.Code.thrown { () throws(EvalError) in
                    try reader.read(Array(reader.good[..<length]))
                }
                #expect(code != nil, "\(reader.name), \(length) bytes")
            }
        }
    }

    @Test func errorsInJSONNameTheLine() {
        do throws(EvalError) {
            _ = try SQuADPredictions(json: Array("{\n\"a\": \"x\",\n\"b\" \"y\"}".utf8))
            Issue.record("accepted")
        } catch {
            #expect(error.code == .malformed && error.place?.line == 3, "\(error)")
        }
    }
}
