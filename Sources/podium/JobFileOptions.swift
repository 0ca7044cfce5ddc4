import ArgumentParser
import PodiumCore
import PodiumDevices
import PodiumExperiments
import PodiumLibrary

/// A job file and what the command line changes in it.
struct JobFileOptions: ParsableArguments {
    @Argument(
        help: "The job file (YAML); - is standard input, whose relative paths start from the current folder.",
        completion: .file(extensions: ["yaml", "yml"])
    )
    var file: String
    @Option(help: "Replace a value of the file, such as training.epochs=1. May be repeated.")
    var set: [String] = []
    @Flag(
        help: "Run everything anew, also what the same build has done before with the same settings on the same data."
    )
    var fresh = false

    /// Reads the file and fetches the models that it names.
    func submission(place: PlaceOptions) async throws -> Submission {
        var submission = try await reader(place).withModels(try read(place: place)) { Terminal.error($0) }
        submission.submitter = Variable.value("LOGNAME") ?? Variable.value("USER")
        return submission
    }

    /// Reads the file alone.
    func read(place: PlaceOptions) throws -> Submission {
        try reader(place).read(
            try SubmissionReader.File(reading: file),
            overrides: set + (fresh ? [PlaceOptions.freshOverride] : [])
        ) { Terminal.error($0) }
    }

    /// Checks the data and models that the runs name; what would make them fail is bad input.
    func checkInputs(of submission: Submission, place: PlaceOptions) throws {
        let findings = place.inputCheck.findings(submission)
        for notice in findings.notices { Terminal.error("Note: \(notice).") }
        guard findings.problems.isEmpty else { throw Failure(.usage, findings.problems.joined(separator: "\n")) }
    }

    /// Says how many of the runs are done already, where this machine can tell.
    func announceReuse(
        of submission: Submission,
        place: PlaceOptions,
        worker: WorkerOptionGroup?,
        in store: any JobStore
    )
        async throws
    {
        guard !fresh, place.databaseURL == nil, let engine = Machine.engineIdentity(place, worker?.matmulLibrary) else {
            return
        }
        let forecast = try await ReuseForecast(
            submission,
            engine: engine,
            dataDirectory: place.dataDirectory,
            store: store
        )
        if let text = forecast.text { Terminal.error(text + ".") }
    }

    private func reader(_ place: PlaceOptions) -> SubmissionReader {
        SubmissionReader(models: place.models, presets: EnginePresets.names, home: place.userHome)
    }
}

extension PlaceOptions {
    /// What `--fresh` changes in a job file.
    static let freshOverride = "reuse=false"

    /// Looks at data and models with the engine's own readers.
    var inputCheck: InputCheck {
        let models = models
        return InputCheck(
            dataDirectory: dataDirectory,
            isLocal: databaseURL == nil,
            positions: EngineModel.positions(of:),
            folder: { models.isPulled($0) ? models.path(of: $0) : nil }
        )
    }
}
