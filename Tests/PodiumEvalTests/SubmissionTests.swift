import Foundation
import PodiumCore
import PodiumEval
import Testing
import PodiumFiles

@Suite struct SubmissionTests {
    struct ZipCases: Decodable {
        struct Good: Decodable {
            struct File: Decodable {
                var name: String
                var size: Int
            }
            var label: String
            var archive: Data
            var files: [File]
        }
        struct Bad: Decodable {
            var label: String
            var code: String
            var data: Data
        }
        var good: [Good]
        var bad: [Bad]
    }

    @Test func archivesOfPythonAreUnpacked() throws {
        for example in try Fixtures.decode(ZipCases.self, from: "zip-cases.json").good {
            // The reader compares every file with its CRC-32.
            let archive = try ZipArchive(reading: [UInt8](example.archive))
            #expect(archive.files.map(\.name) == example.files.map(\.name), "\(example.label)")
            #expect(archive.files.map(\.bytes.count) == example.files.map(\.size), "\(example.label)")
        }
    }

    @Test func hostileAndDamagedArchivesAreRefused() throws {
        for example in try Fixtures.decode(ZipCases.self, from: "zip-cases.json").bad {
            let code = EvalError.Code.thrown { () throws(EvalError) in
                _ = try Self.archive([UInt8](example.data))
            }
            #expect(code?.rawValue == example.code, "\(example.label)")
        }
    }

    /// An archive read for scoring.
    static func archive(_ bytes: [UInt8]) throws(EvalError) -> ZipArchive {
        do throws(FileError) {
            return try ZipArchive(reading: bytes)
        } catch {
            throw EvalError(error)
        }
    }

    @Test func archivesAreReadBackAsWritten() throws {
        let files = [
            ZipArchive.File(name: "a.tsv", bytes: Array("x".utf8)),
            ZipArchive.File(name: "é.tsv", bytes: (0..<70_000).map { UInt8(truncatingIfNeeded: $0) }),
        ]
        let archive = ZipArchive(files)
        #expect(try ZipArchive(reading: archive.bytes) == archive)
        #expect(archive.bytes == ZipArchive(files).bytes)
    }

    /// Predictions of the right size for every file, labels in turn.
    static func predictions() -> [String: [LabelledRow]] {
        var result: [String: [LabelledRow]] = [:]
        for file in GLUESubmission.files {
            result[file.name] = (0..<file.rows).map { row in
                switch file.task.output {
                case .classification(let labels): LabelledRow(id: "\(row)", label: labels[row % labels.count])
                default: LabelledRow(id: "\(row)", label: "\(Double(row % 70) / 10 - 1)")
                }
            }
        }
        return result
    }

    @Test func theElevenFilesHaveTheServersNamesAndSizes() throws {
        let sizes = Dictionary(uniqueKeysWithValues: GLUESubmission.files.map { ($0.name, $0.rows) })
        #expect(
            sizes == [
                "CoLA.tsv": 1063, "SST-2.tsv": 1821, "MRPC.tsv": 1725, "STS-B.tsv": 1379, "MNLI-m.tsv": 9796,
                "MNLI-mm.tsv": 9847, "QNLI.tsv": 5463, "QQP.tsv": 390_965, "RTE.tsv": 3000, "WNLI.tsv": 146,
                "AX.tsv": 1104,
            ]
        )
        let archive = try GLUESubmission.write(Self.predictions())
        #expect(GLUESubmission.check(archive).isEmpty)
        #expect(archive.files.allSatisfy { $0.bytes.starts(with: "index\tprediction\n0\t".utf8) })
        #expect(archive.files.allSatisfy { !$0.bytes.contains(0x0D) })
    }

    @Test func similaritiesAreClippedAndHaveThreeDecimals() throws {
        let archive = try GLUESubmission.write(Self.predictions())
        let file = try #require(archive.files.first { $0.name == "STS-B.tsv" })
        let labels = try PredictionsFile.read(file.bytes).map(\.label)
        #expect(labels[0] == "0.000" && labels[11] == "0.100" && labels[69] == "5.000")
    }

    @Test func howManyAreMissingIsCountedWhole() {
        let bytes = Array("index\tprediction\n0\t1\n".utf8)
        let findings = GLUESubmission.check(ZipArchive([ZipArchive.File(name: "MNLI-m.tsv", bytes: bytes)]))
        #expect(findings.contains { $0.message == "misses index 1, 2, 3, 4, 5 and 9,790 more" }, "\(findings)")
    }

    @Test func aFolderInTheArchiveIsToldOnce() throws {
        var archive = try GLUESubmission.write(Self.predictions())
        for index in archive.files.indices { archive.files[index].name = "run/" + archive.files[index].name }
        let findings = GLUESubmission.check(archive)
        #expect(findings.map(\.severity) == [.error] && findings[0].file == "run/", "\(findings)")
    }

    @Test func whatTheServerDoesNotReadIsRefused() throws {
        var archive = try GLUESubmission.write(Self.predictions())
        archive.files[0].bytes = [0xEF, 0xBB, 0xBF] + archive.files[0].bytes
        archive.files[1].bytes = [0x1F, 0x8B, 8, 0]
        let findings = GLUESubmission.check(archive)
        #expect(findings.map(\.file) == [archive.files[0].name, archive.files[1].name])
        #expect(findings.allSatisfy { $0.severity == .error })
        #expect(findings[0].message.contains("byte-order mark") && findings[1].message.contains("gzip"))
        let questions = [SQuADReference(id: "a", answers: ["x"], isImpossible: false)]
        let json = Array(#"{"a": "x"}"#.utf8)
        #expect(try SQuADSubmission.check(json, against: questions).isEmpty)
        #expect(try SQuADSubmission.check([0xEF, 0xBB, 0xBF] + json, against: questions).map(\.severity) == [.error])
    }

    @Test func anArchiveWithoutAFileIsNotWritten() {
        var predictions = Self.predictions()
        predictions["WNLI.tsv"] = nil
        #expect(throws: EvalError.self) { try GLUESubmission.write(predictions) }
    }

    @Test(arguments: [
        ("0\t1\n0\t1\n", "already on line"), ("0\t2\n", "1 label is unknown"), ("0\t1\n2\t1\n", "misses index 1"),
        ("0\t1\n200\t1\n", "beyond the test set"), ("0\t1\n", "has 1 prediction; the test set has 146 examples"),
        ("0\t1\r\n", "CR LF"),
        ("00\t1\n", "not a whole number"), ("1\t1\n0\t1\n", "not in the order"), ("0\t0\n1\t0\n", "placeholder"),
    ])
    func theCheckerSaysWhatIsWrong(rows: String, expected: String) {
        let bytes = Array("index\tprediction\n\(rows)".utf8)
        let findings = GLUESubmission.check(ZipArchive([ZipArchive.File(name: "WNLI.tsv", bytes: bytes)]))
        #expect(findings.contains { $0.file == "WNLI.tsv" && $0.message.contains(expected) }, "\(findings)")
    }

    @Test func filesInAFolderAndUnderOldNamesAreRecognised() {
        let archive = ZipArchive([
            ZipArchive.File(name: "run/CoLA.tsv", bytes: []), ZipArchive.File(name: "diagnostic.tsv", bytes: []),
        ])
        let findings = GLUESubmission.check(archive)
        #expect(findings.contains { $0.file == "CoLA.tsv" && $0.message.contains("run/CoLA.tsv must be called") })
        #expect(findings.contains { $0.file == "AX.tsv" && $0.message.contains("diagnostic.tsv must be called") })
        #expect(findings.count { $0.severity == .error } == 11)
    }

    @Test func answersOfSQuADAreWrittenInTheDataSetsOrderAndChecked() throws {
        let questions = ["b", "a"].map { SQuADReference(id: $0, answers: ["x"], isImpossible: false) }
        let bytes = try SQuADSubmission.write(questions, predictions: SQuADPredictions(["a": "é\n", "b": ""]))
        #expect(String(decoding: bytes, as: UTF8.self) == "{\"b\": \"\", \"a\": \"é\\n\"}\n")
        #expect(try SQuADSubmission.check(bytes, against: questions).isEmpty)
        #expect(throws: EvalError.self) {
            try SQuADSubmission.write(questions, predictions: SQuADPredictions(["a": "x"]))
        }
        let odd = Array("{\"a\": null, \"c\": \"x\", \"a\": \"y\"}".utf8)
        let messages = try SQuADSubmission.check(odd, against: questions).map { "\($0.severity): \($0.message)" }
        #expect(messages.count == 4)
        #expect(messages.contains { $0.hasPrefix("error: 1 answer not given as a string") })
        #expect(messages.contains { $0.hasPrefix("error: 1 of 2 questions not answered") && $0.hasSuffix(": b") })
        #expect(messages.contains { $0.hasPrefix("error: 1 id given more than once") })
        #expect(messages.contains { $0.hasPrefix("warning: 1 id not in the data set") })
    }
}
