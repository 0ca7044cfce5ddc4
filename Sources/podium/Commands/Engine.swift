import ArgumentParser
@preconcurrency import Dispatch
import Foundation
import PodiumCPU
import PodiumCore
import PodiumDevices
import PodiumExperiments
import PodiumGraph
import PodiumJobs
import PodiumPJRT
import PodiumReport
import PodiumScheduler
import Synchronization

struct Engine: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Carries out one attempt of a run; workers start it.",
        discussion: """
            Reads FOLDER/assignment.json, says what happens as JSON lines on standard output, and ends \
            when standard input does: an engine never outlives its worker. Asked to stop (SIGTERM) it \
            saves a checkpoint and exits with 143.
            """,
        shouldDisplay: false
    )

    /// What a shell shows for a process that SIGTERM ended.
    private static let stopped: Int32 = 143

    @Argument(help: "The attempt's folder.")
    var folder: String
    @Option(help: "The library that multiplies: onednn or openblas.")
    var matmulLibrary: CPUConfiguration.MatmulLibrary = .oneDNN

    func run() async throws {
        let assignment = try EngineAssignment(inFolder: folder)
        let isShared = assignment.spec.resources.processes > 1
        if isShared { DeviceFactory.endWithParent() }
        let stop = StopRequest()
        stop.watchSignal()
        let channel = EventChannel { line in
            // Without a reader there is no worker, and nothing left to work for.
            do { try Terminal.data(line) } catch { _exit(ExitStatus.interrupted.rawValue) }
        }
        // The first rank hears the worker; the others end with the program that started them.
        if !isShared { stop.watchWorker() }
        var ranks = RankGroup.alone
        do {
            let devices = Machine.devices(dataDirectory: assignment.dataDirectory, matmulLibrary: matmulLibrary) {
                error in
                channel.say(.failed(FailureClass(of: error.asGraphError), error.message))
                _exit(ExitStatus.failed.rawValue)
            }
            if let limit = assignment.spec.resources.memory.map(MemoryLimit.init(bytes:)) {
                limit.watch { used in
                    channel.say(.failed(.outOfMemory, limit.message(used: used)))
                    _exit(ExitStatus.failed.rawValue)
                }
            }
            ranks = try devices.ranks(assignment.spec.resources.processes)
            if isShared, ranks.isFirst { stop.watchWorker() }
            let output = try output(of: assignment, devices: devices, ranks: ranks, stop: stop, channel: channel)
            if ranks.isFirst { channel.say(.result(output.result, artifacts: output.artifacts)) }
            try DeviceFactory.leave(ranks)
        } catch is JobStopped {
            // Not before the first rank has saved what it has: the first to end ends all.
            try? DeviceFactory.leave(ranks)
            Foundation.exit(Self.stopped)
        } catch {
            // What ends all ranks is the first one's to say; it gets the time to.
            if !ranks.isFirst { try? await Task.sleep(for: .seconds(5)) }
            let isReports = error is ReportError || error is ExperimentError
            let failure = isReports ? .input : FailureClass(of: (error as? PJRTError)?.asGraphError ?? error)
            let place = ranks.isFirst ? "" : "rank \(ranks.rank): "
            channel.say(.failed(failure, place + (Failure(describing: error)?.message ?? "\(error)")))
            throw ExitCode(ExitStatus.failed.rawValue)
        }
    }

    private func output(
        of assignment: EngineAssignment,
        devices: DeviceFactory,
        ranks: RankGroup,
        stop: StopRequest,
        channel: EventChannel
    ) throws -> JobOutput {
        let device = try devices.device(for: assignment.spec, ranks: ranks)
        let environment = Machine.facts.environment(
            of: assignment.spec,
            on: device,
            version: Podium.version,
            commit: Podium.commit
        )
        if ranks.isFirst { channel.say(.environment(environment)) }
        if assignment.spec.kind == .report {
            let report = try SuiteReport.carryOut(assignment, folder: folder, provenance: Machine.provenance())
            return JobOutput(RunResult(), artifacts: [report])
        }
        return try Job.run(
            JobContext(
                assignment: assignment,
                folder: folder,
                device: device,
                ranks: ranks,
                say: { channel.say($0) },
                shouldStop: { stop.isAsked }
            )
        )
    }
}

/// What the worker asks for, and the end of the process when the worker is gone.
private final class StopRequest: Sendable {
    private let asked = Atomic(false)
    private let isPaused = Atomic(false)
    private let source: any DispatchSourceSignal

    init() {
        signal(SIGTERM, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGTERM, queue: .global())
    }

    /// Whether the engine is to stop; waits as long as it is to pause, which is asked of engines of several ranks only.
    var isAsked: Bool {
        while isPaused.load(ordering: .relaxed), !asked.load(ordering: .relaxed) { Thread.sleep(forTimeInterval: 0.05) }
        return asked.load(ordering: .relaxed)
    }

    /// Takes SIGTERM for a request.
    func watchSignal() {
        source.setEventHandler { [self] in asked.store(true, ordering: .relaxed) }
        source.resume()
    }

    /// Hears the worker, through standard input.
    func watchWorker() {
        // Bytes ask, where signals do not reach the engine; the end of the pipe is the worker's end.
        Thread.detachNewThread { [self] in
            var byte: UInt8 = 0
            while true {
                let count = read(STDIN_FILENO, &byte, 1)
                if count > 0 {
                    switch EngineOrder(word: byte) {
                    case .pause: isPaused.store(true, ordering: .relaxed)
                    case .resume: isPaused.store(false, ordering: .relaxed)
                    case .stop: asked.store(true, ordering: .relaxed)
                    }
                }
                if count == 0 || (count < 0 && errno != EINTR) { _exit(ExitStatus.interrupted.rawValue) }
            }
        }
    }
}
