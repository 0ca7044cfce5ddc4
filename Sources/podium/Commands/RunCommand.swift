import ArgumentParser
import Foundation
import PodiumCore
import PodiumExperiments
import PodiumJobs
import PodiumReport
import PodiumStore

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs one job file from start to report.",
        discussion: """
            Starts what `podium up` starts, queues the file, follows it to its end, prints the \
            leaderboard, writes a report, and stops everything again. The data directory keeps \
            all that came out of it.

            Examples:
              podium run jobs/quickstart.yaml
              podium run jobs/glue-minilm.yaml --set data.root=~/data --report report
              podium run jobs/finetune-mrpc.yaml --device xla-cpu
            """
    )

    @OptionGroup var job: JobFileOptions
    @OptionGroup var place: PlaceOptions
    @Option(help: "Write the report here instead of into the data directory.", completion: .directory)
    var report: String?
    @OptionGroup var worker: WorkerOptionGroup

    func run() async throws {
        var (job, worker) = (job, worker)
        if let device = worker.device { job.set.append("resources.device=\(device.rawValue)") }
        let submission = try await job.submission(place: place)
            .fitting(threads: worker.threadCount, isGiven: worker.threads != nil)
        try job.checkInputs(of: submission, place: place)
        worker.device = try submission.soleDevice()
        try FileManager.default.createDirectory(atPath: place.dataDirectory, withIntermediateDirectories: true)
        let logFile = place.dataDirectory + "/podium.log"
        let server = try await LocalServer.start(place.resolved(), log: LineLog.file(logFile)) { Terminal.error($0) }
        let interrupts = Interrupts()
        let ending: (suite: SuiteID, succeeded: Bool)
        do {
            ending = try await server.serve(scheduler: Machine.processName, worker: worker.local(in: place)) {
                [submission] in
                let waiting = try await server.store.runs(suite: nil, includingTerminal: false).filter { !$0.isOver }
                if !waiting.isEmpty {
                    Terminal.error("\(waiting.count) runs of earlier suites are not over yet and go first.")
                }
                let suite = try await server.store.submit(submission).suite
                return (suite, try await Self.follow(suite, on: server, interrupts: interrupts))
            }
            try await present(ending.suite, server: server)
        } catch {
            await server.close()
            throw error
        }
        await server.close()
        if !ending.succeeded {
            throw Failure(.failed, "not every run of \(submission.name) succeeded; the report and \(logFile) say why")
        }
    }

    /// Whether the suite succeeded; an interrupt cancels what is left of it.
    private static func follow(_ suite: SuiteID, on server: LocalServer, interrupts: Interrupts) async throws -> Bool {
        let following = Task { try await SuiteFollower(store: server.store, suite: suite).followOnTerminal() }
        let watching = Task {
            await interrupts.first()
            guard !Task.isCancelled else { return }
            following.cancel()
        }
        defer { watching.cancel() }
        do {
            return try await following.value
        } catch is CancellationError {
            let open = try await server.store.runs(suite: suite, includingTerminal: false).map(\.id)
            _ = try await server.store.cancel(open)
            throw Failure(
                .interrupted,
                "interrupted; finished runs are kept. Go on with `podium up` and `podium retry --suite \(suite)`"
            )
        }
    }

    /// Prints the leaderboard and writes the report where the user wants it.
    private func present(_ suite: SuiteID, server: LocalServer) async throws {
        guard let history = try await SuiteHistory.load(suite, from: server.store) else { return }
        let report = SuiteReport(history)
        let current = try report.current(provenance: Machine.provenance())
        if !current.tasks.isEmpty { try Terminal.print(try LeaderboardText.render(current, .table)) }
        let folder = self.report ?? "\(place.dataDirectory)/reports/suite-\(suite)"
        try report.write(to: folder, provenance: Machine.provenance())
        try Terminal.print("Report: \(URL(fileURLWithPath: folder).standardizedFileURL.path)/report.html")
    }
}
