import ArgumentParser
import PodiumExperiments
import PodiumFiles

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
        let bytes =
            try gold.map { try SubmissionFile.answers(input, inOrderOf: $0) }
            ?? SubmissionFile.archive(ofFolder: input)
        try AtomicFile.write(bytes, to: out)
        // Where the bytes themselves went there, the name would follow them.
        if out != "/dev/stdout" { try Terminal.print(out) }
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
        let checked = try CheckedSubmission(file: file, gold: gold)
        if json { try Terminal.data(checked.json.text) } else { try Terminal.print(checked.text) }
        if let complaint = checked.complaint { throw Failure(.failed, complaint) }
    }
}
