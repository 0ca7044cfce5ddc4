internal import Foundation
internal import PodiumCore
internal import Subprocess
internal import SystemPackage

/// An engine as a child process in a process group of its own.
///
/// It reads nothing on standard input, but sees its end when the worker dies,
/// and goes too. It says `EngineEvent`s on standard output, one JSON object a line.
struct EngineProcess {
    let command: EngineCommand
    let folder: String

    /// Sends signals to the process group of a running engine.
    struct Control: Sendable {
        fileprivate let send: @Sendable (Signal) -> Void
        func terminate() { send(.terminate) }
        func kill() { send(.kill) }
    }

    /// Runs the engine to its end.
    ///
    /// - Parameters:
    ///   - started: gets the means to end it.
    ///   - event: gets what the engine says, in order; anything else it prints arrives as a log line.
    func run(
        started: @Sendable (Control) async -> Void,
        event: @Sendable (EngineEvent) async -> Void
    ) async -> EngineExit {
        var options = PlatformOptions()
        options.processGroupID = 0
        var lastWords: [String] = []
        do {
            let result = try await Subprocess.run(
                .path(FilePath(command.executable)),
                arguments: Arguments(command.arguments + [folder]),
                platformOptions: options,
                input: .inputWriter,
                output: .sequence,
                error: .sequence
            ) { execution in
                await started(Control { try? execution.send(signal: $0, toProcessGroup: true) })
                async let said = Self.follow(execution.standardError, event: event)
                for try await line in Self.lines(of: execution.standardOutput) where !line.isEmpty {
                    await event(Self.event(in: line))
                }
                lastWords = try await said
            }
            switch result.terminationStatus {
            case .exited(let code): return EngineExit(.exited(code), lastWords: lastWords)
            case .signaled(let signal): return EngineExit(.signaled(signal), lastWords: lastWords)
            }
        } catch {
            return EngineExit(.notStarted("\(command.executable): \(error)"), lastWords: lastWords)
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
