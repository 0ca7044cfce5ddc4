import ArgumentParser
import PodiumCore
import PodiumExperiments

struct Submit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Queues a job file.",
        discussion: """
            The whole file is checked first, with the data and models that it names where this machine can see \
            them, and goes into the queue as one transaction or not at all.

            Examples:
              podium submit jobs/glue-minilm.yaml
              podium submit jobs/glue-minilm.yaml --set training.epochs=1 --set tasks=[glue/MRPC]
              suite=$(podium submit jobs/quickstart.yaml --parsable)
              podium submit jobs/quickstart.yaml --wait && echo all runs succeeded
              podium submit jobs/glue-minilm.yaml --check
              make-job | podium submit -
            """
    )

    @OptionGroup var job: JobFileOptions
    @OptionGroup var place: PlaceOptions
    @Flag(help: "Print the suite's number and nothing else.")
    var parsable = false
    @Flag(help: "Follow the suite to its end; exit 0 if every run succeeded, 1 otherwise.")
    var wait = false
    @Flag(help: "Check the file and what it names, print the runs it asks for, and queue nothing.")
    var check = false

    func validate() throws {
        if check && (wait || parsable) {
            throw ValidationError("--check queues nothing: leave out --wait and --parsable")
        }
    }

    func run() async throws {
        if check {
            let submission = try job.read(place: place)
            try job.checkInputs(of: submission, place: place)
            return try Terminal.print(submission.runs.map(\.spec.name).joined(separator: "\n"))
        }
        let submission = try await job.submission(place: place)
        let succeeded = try await place.withStore { store in
            try job.checkInputs(of: submission, place: place)
            try await job.announceReuse(of: submission, place: place, worker: nil, in: store)
            let submitted = try await store.submit(submission)
            if parsable {
                try Terminal.print("\(submitted.suite)")
            } else {
                let runs = submission.runs.count
                try Terminal.print(
                    "Submitted suite \(submitted.suite) (\(submission.name), \(runs) run\(runs == 1 ? "" : "s"))"
                )
            }
            if !wait {
                return true
            }
            return try await SuiteFollower(store: store, suite: submitted.suite).followOnTerminal()
        }
        if !succeeded { throw Failure(.failed, "suite \(submission.name) did not succeed; see `podium queue --all`") }
    }
}
