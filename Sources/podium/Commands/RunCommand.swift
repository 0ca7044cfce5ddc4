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
        if let label = worker.label { job.set.append("resources.label=\(label)") }
        if let device = worker.device { job.set.append("resources.device=\(device.rawValue)") }
        let submission = try await job.submission(place: place)
            .fitting(threads: worker.threadCount, isGiven: worker.threads != nil)
        try job.checkInputs(of: submission, place: place)
        let kind = try submission.soleWorker()
        (worker.device, worker.label) = (kind.device, kind.label)
        try FileManager.default.createDirectory(atPath: place.dataDirectory, withIntermediateDirectories: true)
        let logFile = place.dataDirectory + "/podium.log"
        let log = LineLog.logger(appendingTo: logFile) ?? Terminal.log
        let server = try await LocalServer.start(place.resolved(), log: log) { Terminal.error($0) }
        let interrupts = Interrupts()
        let succeeded = try await server.closing { server in
            try await job.announceReuse(of: submission, place: place, worker: worker, in: server.store)
            let ending = try await server.carryOut(
                submission,
                scheduler: Machine.processName,
                worker: worker.local(in: place),
                waiting: { Terminal.error("\($0) runs of earlier suites are not over yet and go first.") },
                follow: { follower in try await interrupts.cancelling { try await follower.followOnTerminal() } }
            )
            try await present(ending.suite, server: server)
            return ending.succeeded
        }
        if !succeeded {
            throw Failure(.failed, "not every run of \(submission.name) succeeded; the report and \(logFile) say why")
        }
    }

    /// Prints the leaderboard and writes the report where the user wants it.
    private func present(_ suite: SuiteID, server: LocalServer) async throws {
        guard let history = try await SuiteHistory.load(suite, from: server.store) else { return }
        let report = SuiteReport(history, dataDirectory: place.dataDirectory)
        let current = try report.current(provenance: Machine.provenance(), extent: .leaderboard)
        if !current.tasks.isEmpty { try Terminal.print(try LeaderboardText.render(current, .table)) }
        let folder = self.report ?? "\(place.dataDirectory)/reports/suite-\(suite)"
        try report.write(to: folder, provenance: Machine.provenance())
        try Terminal.print("Report: \(URL(fileURLWithPath: folder).standardizedFileURL.path)/report.html")
    }
}
