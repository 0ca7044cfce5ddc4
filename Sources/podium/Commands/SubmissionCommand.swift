import ArgumentParser
import Foundation
import PodiumCore
import PodiumEval
import PodiumFiles
import PodiumPrimitives

struct SubmissionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submission",
        abstract: "Writes and checks what the leaderboards' servers take.",
        discussion: """
            Examples:
              podium submission write predictions/ --out glue.zip
              podium submission check glue.zip
              podium submission check predictions.json --gold dev-v2.0.json
            """,
        subcommands: [SubmissionWrite.self, SubmissionCheck.self]
    )
}

struct SubmissionWrite: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "write",
        abstract: "Writes GLUE's archive of eleven files, or SQuAD's JSON.",
        discussion: """
            GLUE: a folder with CoLA.tsv, SST-2.tsv, MRPC.tsv, STS-B.tsv, MNLI-m.tsv, MNLI-mm.tsv, \
            QNLI.tsv, QQP.tsv, RTE.tsv, WNLI.tsv and AX.tsv becomes an archive; similarities are \
            clipped to 0…5 and written with three decimals. SQuAD: answers in the order of --gold.

            Examples:
              podium submission write predictions/ --out glue.zip
              podium submission write answers.json --gold test-v2.0.json --out predictions.json
            """
    )

    @Argument(help: "The folder of predictions, or SQuAD answers.", completion: .file())
    var input: String
    @Option(help: "SQuAD's data file.", completion: .file(extensions: ["json"]))
    var gold: String?
    @Option(name: [.long, .short], help: "The file to write.", completion: .file())
    var out: String

    func run() throws {
        let bytes = try gold.map { try answers(of: $0) } ?? archive()
        try AtomicFile.write(bytes, to: out)
        // Where the bytes themselves went there, the name would follow them.
        if out != "/dev/stdout" { try Terminal.print(out) }
    }

    private func answers(of gold: String) throws -> [UInt8] {
        let questions = try InputFile.read(gold) { (bytes) throws(EvalError) in try SQuADReferences(json: bytes) }
        return try InputFile.read(input) { (bytes) throws(EvalError) in
            try SQuADSubmission.write(questions.questions, predictions: try SQuADPredictions(json: bytes))
        }
    }

    private func archive() throws -> [UInt8] {
        var predictions: [String: [LabelledRow]] = [:]
        for file in GLUESubmission.files {
            let path = URL(fileURLWithPath: input).appendingPathComponent(file.name).path
            guard FileManager.default.fileExists(atPath: path) else { continue }
            predictions[file.name] = try InputFile.read(path) { (bytes) throws(EvalError) in
                try PredictionsFile.read(bytes)
            }
        }
        guard !predictions.isEmpty else {
            let names = GLUESubmission.files.map(\.name).joined(separator: ", ")
            throw Failure(.usage, "\(input): the folder has none of the files \(names)")
        }
        return try GLUESubmission.write(predictions).bytes
    }
}

struct SubmissionCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks a submission before a server does.",
        discussion: """
            Ends with status 1 if the server would refuse the file or score it wrongly.

            Examples:
              podium submission check glue.zip
              podium submission check predictions.json --gold dev-v1.1.json --json
            """
    )

    @Argument(
        help: "GLUE's archive or the folder it is made of, or SQuAD's answers.",
        completion: .file(extensions: ["zip", "json"])
    )
    var file: String
    @Option(help: "SQuAD's data file.", completion: .file(extensions: ["json"]))
    var gold: String?
    @Flag(help: "One JSON document.")
    var json = false

    func run() throws {
        let findings = try findings()
        let errors = findings.count { $0.severity == .error }
        if json {
            let list = findings.map { finding in
                JSONValue.object([
                    .init("severity", .string(finding.severity.rawValue)), .init("file", .string(finding.file)),
                    .init("message", .string(finding.message)),
                ])
            }
            try Terminal.data(
                JSONValue.object([.init("valid", .bool(errors == 0)), .init("findings", .array(list))]).text
            )
        } else {
            for finding in findings {
                try Terminal.print("\(finding.severity.rawValue): \(finding.file) \(finding.message)")
            }
            if errors == 0 { try Terminal.print("\(file) is valid") }
        }
        guard errors == 0 else {
            throw Failure(.failed, "\(file): \(NumberText.count(errors, "error"))")
        }
    }

    private func findings() throws -> [GLUESubmission.Finding] {
        guard let gold else {
            if let folder = try folder() { return GLUESubmission.check(folder) }
            return try InputFile.readPlain(file) { (bytes) throws(EvalError) in
                do throws(FileError) {
                    return GLUESubmission.check(try ZipArchive(reading: bytes))
                } catch {
                    throw EvalError(error)
                }
            }
        }
        let questions = try InputFile.read(gold) { (bytes) throws(EvalError) in try SQuADReferences(json: bytes) }
        return try InputFile.readPlain(file) { (bytes) throws(EvalError) in
            try SQuADSubmission.check(bytes, against: questions.questions)
        }
    }

    /// What the archive of a folder's files would be; nil if it is no folder.
    private func folder() throws -> ZipArchive? {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), isFolder.boolValue else {
            return nil
        }
        var files: [ZipArchive.File] = []
        for name in try FileManager.default.subpathsOfDirectory(atPath: file).sorted() {
            let path = "\(file)/\(name)"
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else {
                continue
            }
            files.append(ZipArchive.File(name: name, bytes: try FileContent.read(path)))
        }
        return ZipArchive(files)
    }
}
