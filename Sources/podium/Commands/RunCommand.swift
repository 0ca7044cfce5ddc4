import ArgumentParser
import Foundation
import PodiumCore
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
        worker.device = try Self.device(of: submission)
        try FileManager.default.createDirectory(atPath: place.dataDirectory, withIntermediateDirectories: true)
        let logFile = place.dataDirectory + "/podium.log"
        let site = try await Site.start(place, log: LineLog.file(logFile))
        let interrupts = Interrupts()
        let ending: (suite: SuiteID, succeeded: Bool)
        do {
            ending = try await site.serve(schedules: true, worker: worker) { [submission] in
                let waiting = try await site.store.runs(suite: nil, includingTerminal: false).filter { !$0.isOver }
                if !waiting.isEmpty {
                    Terminal.error("\(waiting.count) runs of earlier suites are not over yet and go first.")
                }
                let suite = try await site.store.submit(submission).suite
                return (suite, try await Self.follow(suite, on: site, interrupts: interrupts))
            }
            try await present(ending.suite, site: site)
        } catch {
            await site.close()
            throw error
        }
        await site.close()
        if !ending.succeeded {
            throw Failure(.failed, "not every run of \(submission.name) succeeded; the report and \(logFile) say why")
        }
    }

    /// The one device that all runs ask for.
    private static func device(of submission: Submission) throws -> ComputeDevice? {
        let names = Set(submission.runs.map(\.spec.resources.device)).sorted()
        guard names.count == 1 else {
            throw Failure(
                .usage,
                "\(submission.name) asks for several devices (\(names.joined(separator: ", "))); use `podium up` and a "
                    + "`podium worker --device` for each"
            )
        }
        return ComputeDevice(rawValue: names[0])
    }

    /// Whether the suite succeeded; an interrupt cancels what is left of it.
    private static func follow(_ suite: SuiteID, on site: Site, interrupts: Interrupts) async throws -> Bool {
        let following = Task { try await SuiteFollower(store: site.store, suite: suite).follow() }
        let watching = Task {
            await interrupts.first()
            guard !Task.isCancelled else { return }
            following.cancel()
        }
        defer { watching.cancel() }
        do {
            return try await following.value
        } catch is CancellationError {
            let open = try await site.store.runs(suite: suite, includingTerminal: false).map(\.id)
            _ = try await site.store.cancel(open)
            throw Failure(
                .interrupted,
                "interrupted; finished runs are kept. Go on with `podium up` and `podium retry --suite \(suite)`"
            )
        }
    }

    /// Prints the leaderboard and writes the report where the user wants it.
    private func present(_ suite: SuiteID, site: Site) async throws {
        guard let history = try await SuiteHistory.load(suite, from: site.store) else { return }
        let report = SuiteReport(history)
        let current = try report.current(provenance: Machine.provenance())
        if !current.tasks.isEmpty { Terminal.print(try LeaderboardText.render(current, .table)) }
        let folder = self.report ?? "\(place.dataDirectory)/reports/suite-\(suite)"
        try report.write(to: folder, provenance: Machine.provenance())
        Terminal.print("Report: \(URL(fileURLWithPath: folder).standardizedFileURL.path)/report.html")
    }
}
