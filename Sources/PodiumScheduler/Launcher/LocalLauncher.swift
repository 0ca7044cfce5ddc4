internal import Foundation
package import PodiumCore
internal import Subprocess
internal import SystemPackage

/// Engines as child processes, each in a process group of its own.
///
/// An engine reads nothing on standard input, but sees its end when the worker dies,
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

    /// Sends signals to the process group of a running engine, or asks in another way.
    private struct Control: EngineControl {
        let ask: @Sendable () -> Void
        let end: @Sendable () -> Void
        let suspend: @Sendable (_ isPaused: Bool) -> Void
        func terminate() { ask() }
        func kill() { end() }
        // Should the worker die meanwhile, the kernel ends the engine: a stopped process group that nobody controls any more
        // gets SIGHUP and SIGCONT.
        func pause() { suspend(true) }
        func resume() { suspend(false) }
    }

    package func run(
        _ request: LaunchRequest,
        started: @Sendable (any EngineControl) async -> Void,
        event: @Sendable (EngineEvent) async -> Void
    ) async -> EngineExit {
        let group = await group(of: request, event: event)
        let exit = await run(request, in: group, started: started, event: event)
        await group?.remove()
        return exit
    }

    private func run(
        _ request: LaunchRequest,
        in group: MemoryGroups.Group?,
        started: @Sendable (any EngineControl) async -> Void,
        event: @Sendable (EngineEvent) async -> Void
    ) async -> EngineExit {
        var options = PlatformOptions()
        options.processGroupID = 0
        var errorTail: [String] = []
        let memory = MemoryWatch()
        let ranks = request.resources.processes
        let (requests, say) = AsyncStream.makeStream(of: RankedCommand.Request.self)
        let engine = ranks > 1 ? RankedCommand(command, ranks: ranks, on: nodes, mpirun: mpirun).command : command
        let command = group.map { GroupedCommand(engine, group: $0).command } ?? engine
        do {
            let result = try await Subprocess.run(
                command.executable.contains("/") ? .path(FilePath(command.executable)) : .name(command.executable),
                arguments: Arguments(command.arguments + [request.folder]),
                environment: .inherit.updating(
                    Dictionary(
                        uniqueKeysWithValues: command.environment.map { (Environment.Key(stringLiteral: $0), $1) }
                    )
                ),
                platformOptions: options,
                input: .inputWriter,
                output: .sequence,
                error: .sequence
            ) { execution in
                let writer = execution.standardInputWriter
                let saying = Task { for await request in requests { _ = try? await writer.write(request.rawValue) } }
                await started(
                    Control(
                        ask: {
                            guard ranks <= 1 else { return _ = say.yield(.stop) }
                            try? execution.send(signal: .terminate, toProcessGroup: true)
                        },
                        end: { try? execution.send(signal: .kill, toProcessGroup: true) },
                        suspend: { isPaused in
                            guard ranks <= 1 else { return _ = say.yield(isPaused ? .pause : .resume) }
                            try? execution.send(signal: isPaused ? .suspend : .resume, toProcessGroup: true)
                        }
                    )
                )
                async let said = Self.follow(execution.standardError, event: event)
                for try await line in Self.lines(of: execution.standardOutput) where !line.isEmpty {
                    memory.observe()
                    await event(Self.event(in: line))
                }
                errorTail = try await said
                say.finish()
                await saying.value
            }
            switch result.terminationStatus {
            // mpirun ends with 128 and the number of the signal that ended a rank.
            case .exited(let code) where ranks <= 1 || code <= 128 || code == 143:
                return EngineExit(.exited(code), errorTail: errorTail)
            case .exited(let code): return signaled(code - 128)
            case .signaled(let signal): return signaled(signal)
            }
            func signaled(_ signal: Int32) -> EngineExit {
                EngineExit(
                    .signaled(signal),
                    errorTail: errorTail,
                    memoryEvidence: signal == SIGKILL ? group?.evidence() ?? memory.evidence() : nil
                )
            }
        } catch {
            let advice = ranks > 1 ? "; \(RankedCommand.advice)" : ""
            return EngineExit(.notStarted("\(command.executable): \(error)\(advice)"), errorTail: errorTail)
        }
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
