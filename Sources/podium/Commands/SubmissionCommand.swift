import ArgumentParser
import PodiumExperiments
import PodiumFiles

struct SubmissionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submission",
        abstract: "Writes and checks what the leaderboards' servers take.",
        discussion: """
            Examples:
              podium submission write --suite glue-minilm --out glue.zip
              podium submission check glue.zip
              podium submission check predictions.json --gold dev-v2.0.json
            """,
        subcommands: [SubmissionWrite.self, SubmissionCheck.self]
    )
}

struct SubmissionWrite: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "write",
        abstract: "Writes GLUE's archive of eleven files, or SQuAD's JSON.",
        discussion: """
            From a suite: of every task the run with the best development score of its best configuration, among runs of files \
            that say predict: [dev, test, ax]. FILE.origin.json says of every answer which run, checkpoint and choice it came \
            from. SQuAD's answers are the test set's where it was predicted, else the development set's.

            From files: a folder with CoLA.tsv, SST-2.tsv, MRPC.tsv, STS-B.tsv, MNLI-m.tsv, MNLI-mm.tsv, \
            QNLI.tsv, QQP.tsv, RTE.tsv, WNLI.tsv and AX.tsv becomes an archive; similarities are \
            clipped to 0…5 and written with three decimals. SQuAD: answers in the order of --gold.

            Examples:
              podium submission write --suite glue-minilm --out glue.zip
              podium submission write --suite 12 --system base --task squad-v1.1 --out predictions.json
              podium submission write predictions/ --out glue.zip
              podium submission write answers.json --gold test-v2.0.json --out predictions.json
            """
    )

    @OptionGroup var place: PlaceOptions
    @Argument(help: "The folder of predictions, or SQuAD answers.", completion: .file())
    var input: String?
    @Option(help: "The suite's name or number, to take the answers of its runs.")
    var suite: String?
    @Option(help: "Which of the suite's systems, where there are several.")
    var system: String?
    @Option(help: "squad-v1.1 or squad-v2.0, for a suite that has GLUE's tasks too.")
    var task: String?
    @Option(help: "SQuAD's data file.", completion: .file(extensions: ["json"]))
    var gold: String?
    @Option(name: [.long, .short], help: "The file to write.", completion: .file())
    var out: String

    func validate() throws {
        guard (input == nil) != (suite == nil) else {
            throw ValidationError("give either a folder or file of answers, or --suite")
        }
        if suite != nil, gold != nil { throw ValidationError("--gold is for a file of answers; a suite has its own") }
        if suite == nil, system != nil || task != nil {
            throw ValidationError("--system and --task choose among the runs of --suite")
        }
    }

    func run() async throws {
        let isOutput = out == "/dev/stdout"
        if let input {
            let bytes =
                try gold.map { try SubmissionFile.answers(input, inOrderOf: $0) }
                ?? SubmissionFile.archive(ofFolder: input)
            try AtomicFile.write(bytes, to: out)
        } else {
            let submission = try await place.withStore {
                try await SuiteSubmission.load(suite, from: $0, system: system, task: task)
            }
            for warning in submission.warnings { Terminal.error(warning) }
            try submission.write(to: out, withOrigin: !isOutput)
            if isOutput { Terminal.error(submission.text) } else { try Terminal.print(submission.text) }
        }
        // Where the bytes themselves went there, the name would follow them.
        if !isOutput { try Terminal.print(out) }
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
              podium submission check glue.zip --data sample
            """
    )

    @OptionGroup var place: PlaceOptions

    @Argument(
        help: "GLUE's archive or the folder it is made of, or SQuAD's answers.",
        completion: .file(extensions: ["zip", "json"])
    )
    var file: String
    @Option(help: "SQuAD's data file.", completion: .file(extensions: ["json"]))
    var gold: String?
    @Option(
        help: "Checks GLUE's archive against the test files of this folder (or of the sample), not the official sizes.",
        completion: .directory
    )
    var data: String?
    @Flag(help: "One JSON document.")
    var json = false

    func validate() throws {
        if gold != nil, data != nil {
            throw ValidationError("--data is for GLUE's archive, --gold for SQuAD's answers")
        }
    }

    func run() throws {
        let sizes = try data.map { try TestSets.sizes(ofFolder: $0, dataDirectory: place.dataDirectory) } ?? [:]
        let checked = try CheckedSubmission(file: file, gold: gold, sizes: sizes)
        if json { try Terminal.data(checked.json.text) } else { try Terminal.print(checked.text) }
        if let complaint = checked.complaint { throw Failure(.failed, complaint) }
    }
}
