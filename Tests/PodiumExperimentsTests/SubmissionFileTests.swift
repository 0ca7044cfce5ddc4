import Foundation
import PodiumEval
import PodiumExperiments
import PodiumFiles
import PodiumPrimitives
import Testing

struct SubmissionFileTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("podium-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func write(_ text: String, _ path: String) throws {
        try AtomicFile.write(Array(text.utf8), to: path)
    }

    private let gold = """
        {"version": "1.1", "data": [{"title": "t", "paragraphs": [{"context": "one two", "qas": [
        {"id": "p", "question": "?", "answers": [{"text": "one", "answer_start": 0}]},
        {"id": "q", "question": "?", "answers": [{"text": "two", "answer_start": 4}]}]}]}]}
        """

    @Test func answersAreWrittenInTheOrderOfTheDataFile() throws {
        try withFolder { folder in
            try write(gold, "\(folder)/gold.json")
            try write(#"{"q": "two", "p": "one"}"#, "\(folder)/answers.json")
            let bytes = try SubmissionFile.answers("\(folder)/answers.json", inOrderOf: "\(folder)/gold.json")
            let text = String(decoding: bytes, as: UTF8.self)
            let (p, q) = (try #require(text.range(of: "\"p\"")), try #require(text.range(of: "\"q\"")))
            #expect(p.lowerBound < q.lowerBound)
        }
    }

    @Test func aFolderWithoutPredictionsIsRefusedWithTheNamesOfTheFiles() throws {
        try withFolder { folder in
            let error = #expect(throws: ExperimentError.self) { try SubmissionFile.archive(ofFolder: folder) }
            #expect(error?.blame == .input)
            #expect(error?.message.contains("CoLA.tsv, SST-2.tsv, MRPC.tsv") == true)
        }
    }

    @Test func aFolderIsCheckedAsTheArchiveThatItWouldMake() throws {
        try withFolder { folder in
            try write("index\tprediction\n0\tentailment\n", "\(folder)/RTE.tsv")
            let findings = try CheckedSubmission(file: folder, gold: nil).findings
            let zip = ZipArchive([
                ZipArchive.File(name: "RTE.tsv", bytes: Array("index\tprediction\n0\tentailment\n".utf8))
            ])
            #expect(findings == GLUESubmission.check(zip))
            try AtomicFile.write(zip.bytes, to: "\(folder)/glue.zip")
            #expect(try CheckedSubmission(file: "\(folder)/glue.zip", gold: nil).findings == findings)
        }
    }

    @Test func aDamagedArchiveIsToldWithItsName() throws {
        try withFolder { folder in
            try write("no archive", "\(folder)/glue.zip")
            let error = #expect(throws: EvalError.self) { try CheckedSubmission(file: "\(folder)/glue.zip", gold: nil) }
            #expect(error?.place?.file == "\(folder)/glue.zip")
        }
    }

    @Test func completeAnswersAreValid() throws {
        try withFolder { folder in
            try write(gold, "\(folder)/gold.json")
            try write(#"{"q": "two", "p": "one"}"#, "\(folder)/answers.json")
            let checked = try CheckedSubmission(file: "\(folder)/answers.json", gold: "\(folder)/gold.json")
            #expect(checked.text.hasSuffix("answers.json is valid"))
            #expect(checked.complaint == nil)
        }
    }

    @Test func warningsLeaveASubmissionValid() {
        let warning = GLUESubmission.Finding(.warning, "RTE.tsv", "is odd")
        let valid = CheckedSubmission(file: "a.zip", findings: [warning])
        #expect(valid.text == "warning: RTE.tsv is odd\na.zip is valid")
        #expect(valid.complaint == nil)
        let refused = CheckedSubmission(
            file: "a.zip",
            findings: [warning, .init(.error, "AX.tsv", "is missing"), .init(.error, "RTE.tsv", "is bad")]
        )
        #expect(refused.text == "warning: RTE.tsv is odd\nerror: AX.tsv is missing\nerror: RTE.tsv is bad")
        #expect(refused.complaint == "a.zip: 2 errors")
    }

    @Test func theDocumentSaysWhetherTheSubmissionIsValid() {
        let refused = CheckedSubmission(file: "a.zip", findings: [.init(.error, "AX.tsv", "is missing")])
        let expected = JSONValue.object([
            .init("valid", .bool(false)),
            .init(
                "findings",
                .array([
                    .object([
                        .init("severity", .string("error")), .init("file", .string("AX.tsv")),
                        .init("message", .string("is missing")),
                    ])
                ])
            ),
        ])
        #expect(refused.json.text == expected.text)
    }
}
