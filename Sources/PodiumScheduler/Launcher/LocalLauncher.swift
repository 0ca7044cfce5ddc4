internal import Foundation
package import PodiumCore
internal import Subprocess
internal import Synchronization
internal import SystemPackage

/// Engines as child processes, each in a process group of its own.
///
/// Standard input brings orders to engines of several ranks; any engine sees its end when the worker dies,
/// and goes too. It says `EngineEvent`s on standard output, one JSON object a line;
/// anything else that it prints there arrives as a log line.
package struct LocalLauncher: Launcher {
    private let command: EngineCommand
    /// Holds engines to their memory; nil leaves that to them.
    private let groups: MemoryGroups?
    /// Where ranks are started.
    private let nodes: WorkerNodes
    /// What starts them.
    private let mpirun: String

    package init(
        _ command: EngineCommand,
        groups: MemoryGroups? = nil,
        nodes: WorkerNodes = .own,
        mpirun: String = "mpirun"
    ) {
        self.command = command
        self.groups = groups
        self.nodes = nodes
        self.mpirun = mpirun
    }

    /// The group of a request that names its memory, for the processes on this machine; nil where there can be none, which the run's log says.
    private func group(
        of request: LaunchRequest,
        event: @Sendable (EngineEvent) async -> Void
    ) async -> MemoryGroups.Group? {
        guard let groups, let bytes = request.resources.memory else { return nil }
        do throws(MemoryGroups.Unavailable) {
            let name = "podium-run-\(request.lease.run)-attempt-\(request.lease.token)"
            return try groups.make(name, bytes: bytes * Int64(max(1, request.resources.processes / nodes.count)))
        } catch {
            await event(.log(.debug, "the engine watches its memory itself: \(error.reason)"))
            return nil
        }
    }

    /// Tells a running engine what it is to do, by signals for its process group or by words on its standard input.
    private struct Control: EngineControl {
        let start: any EngineStart
        /// Gets what is to be written on standard input.
        let words: AsyncStream<UInt8>.Continuation
        let send: @Sendable (Signal) -> Void
        /// Set as soon as the engine was asked to end, or was ended.
        let isEnding: Flag

        func terminate() {
            isEnding.set()
            tell(.stop, .terminate)
        }

        func kill() {
            isEnding.set()
            send(.kill)
        }

        // Should the worker die meanwhile, the kernel ends the engine: a stopped process group that nobody controls any more
        // gets SIGHUP and SIGCONT.
        func pause() { tell(.pause, .suspend) }
        func resume() { tell(.resume, .resume) }

        private func tell(_ order: EngineOrder, _ signal: Signal) {
            if start.hearsWords { words.yield(order.word) } else { send(signal) }
        }
    }

    /// Something that has happened or has not.
    private final class Flag: Sendable {
        private let value = Atomic(false)
        var isSet: Bool { value.load(ordering: .acquiring) }
        func set() { value.store(true, ordering: .releasing) }
    }

    package func run(
        _ request: LaunchRequest,
        started: @Sendable (any EngineControl) async -> Void,
        event: @Sendable (EngineEvent) async -> Void
    ) async -> EngineExit {
        let ranks = request.resources.processes
        let start: any EngineStart =
            ranks > 1
            ? RankedCommand(command, ranks: ranks, on: nodes, mpirun: mpirun) : SingleProcess(command: command)
        let group = await group(of: request, event: event)
        let isEnding = Flag()
        var exit = await run(start, request.folder, in: group, isEnding: isEnding, started: started, event: event)
        await group?.remove()
        // Its machines were there when the worker began.
        if exit.status != .exited(0), !isEnding.isSet, let fault = await fault() { exit.status = .machineLost(fault) }
        return exit
    }

    private func run(
        _ start: any EngineStart,
        _ folder: String,
        in group: MemoryGroups.Group?,
        isEnding: Flag,
        started: @Sendable (any EngineControl) async -> Void,
        event: @Sendable (EngineEvent) async -> Void
    ) async -> EngineExit {
        var errorTail: [String] = []
        let memory = MemoryWatch()
        let (orders, words) = AsyncStream.makeStream(of: UInt8.self)
        let command = group.map { GroupedCommand(start.command, group: $0).command } ?? start.command
        do {
            let result = try await Subprocess.run(
                command.program,
                arguments: Arguments(command.arguments + [folder]),
                environment: command.updatedEnvironment,
                platformOptions: Self.ownGroup,
                input: .inputWriter,
                output: .sequence,
                error: .sequence
            ) { execution in
                let writer = execution.standardInputWriter
                let saying = Task { for await word in orders { _ = try? await writer.write([word]) } }
                await started(
                    Control(
                        start: start,
                        words: words,
                        send: { try? execution.send(signal: $0, toProcessGroup: true) },
                        isEnding: isEnding
                    )
                )
                async let said = Self.follow(execution.standardError, event: event)
                for try await line in Self.lines(of: execution.standardOutput) where !line.isEmpty {
                    memory.observe()
                    await event(Self.event(in: line))
                }
                errorTail = try await said
                words.finish()
                await saying.value
            }
            let status: EngineExit.Status =
                switch result.terminationStatus {
                case .exited(let code): start.status(ofExit: code)
                case .signaled(let signal): .signaled(signal)
                }
            let isKilled = status == .signaled(SIGKILL)
            return EngineExit(
                status,
                errorTail: errorTail,
                memoryEvidence: isKilled ? group?.evidence() ?? memory.evidence() : nil
            )
        } catch {
            return EngineExit(.notStarted("\(command.executable): \(error)\(start.advice)"), errorTail: errorTail)
        }
    }

    /// For how long machines may take to start a program.
    private static let patience = Duration.seconds(30)

    /// Has mpirun start a program on each machine, where there are several.
    package func fault() async -> String? {
        guard nodes.count > 1 else { return nil }
        let command = RankedCommand(
            EngineCommand(executable: "true", arguments: []),
            ranks: nodes.count,
            on: nodes,
            mpirun: mpirun
        )
        .command
        var said: [String] = []
        do {
            let result = try await Subprocess.run(
                command.program,
                arguments: Arguments(command.arguments),
                environment: command.updatedEnvironment,
                platformOptions: Self.ownGroup,
                input: .none,
                output: .discarded,
                error: .sequence
            ) { execution in
                let limit = Task {
                    try await Task.sleep(for: Self.patience)
                    try execution.send(signal: .kill, toProcessGroup: true)
                }
                said = try await Self.follow(execution.standardError) { _ in }
                limit.cancel()
            }
            guard !result.terminationStatus.isSuccess else { return nil }
            let words = said.isEmpty ? "\(result.terminationStatus)" : said.joined(separator: " | ")
            return "\(command.executable) does not start a program on each of its \(nodes.count) machines: \(words)"
        } catch {
            return "\(command.executable): \(error)\(RankedCommand.advice)"
        }
    }

    private static var ownGroup: PlatformOptions {
        var options = PlatformOptions()
        options.processGroupID = 0
        return options
    }

    private static func event(in line: String) -> EngineEvent {
        (try? JSONDecoder().decode(EngineEvent.self, from: Data(line.utf8))) ?? .log(.info, line)
    }

    /// Passes standard error on as warnings, and keeps its last lines.
    private static func follow(
        _ output: SubprocessOutputSequence,
        event: @Sendable (EngineEvent) async -> Void
    ) async throws -> [String] {
        var last: [String] = []
        for try await line in lines(of: output) where !line.isEmpty {
            last = last.suffix(4) + [String(line.prefix(500))]
            await event(.log(.warning, line))
        }
        return last
    }

    /// Lines as JSON Lines has them: ended by LF alone, since a JSON string may hold any other line break.
    private static func lines(of output: SubprocessOutputSequence) -> SubprocessOutputSequence.StringSequence<UTF8> {
        output.strings(separatedBy: .unicodeScalarSequence(["\n"]), bufferingPolicy: .unbounded)
    }
}

extension EngineCommand {
    fileprivate var program: Executable { executable.contains("/") ? .path(FilePath(executable)) : .name(executable) }

    fileprivate var updatedEnvironment: Environment {
        .inherit.updating(
            Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0), $1) })
        )
    }
}
