import ArgumentParser
import Foundation
import PodiumFiles
import PodiumStore

@main
enum Main {
    static func main() async {
        Terminal.reserveStreams()
        // A reader that goes away (`podium queue | head -1`) ends the command in good order, not in the middle of it.
        signal(SIGPIPE, SIG_IGN)
        isolatePrivateDatabase()
        do {
            let words = try Arguments.normalized(Array(CommandLine.arguments.dropFirst()))
            if Arguments.askForVersion(words) { return try Terminal.print(Podium.versionText) }
            var command = try Podium.parseAsRoot(words)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            exit(status(for: error))
        }
    }

    /// Takes libpq's variables out of the environment unless the user names a database that they may be meant for.
    ///
    /// Before anything else runs: the environment must not change under another thread's eyes.
    private static func isolatePrivateDatabase() {
        let namesDatabase =
            CommandLine.arguments.contains { $0 == "--database" || $0.hasPrefix("--database=") }
            || Variable.value("PODIUM_DATABASE") != nil
        guard !namesDatabase else { return }
        // First: with the name of an unknown service libpq does not even list its variables.
        unsetenv("PGSERVICE")
        for name in DatabaseAddress.environmentVariables { unsetenv(name) }
    }

    /// Tells the user what went wrong, and scripts by a number.
    private static func status(for error: any Error) -> Int32 {
        if let error = error as? FileError, error.code == .closedPipe { dieOfClosedPipe() }
        if let failure = Failure(describing: error) {
            Terminal.error("podium: \(failure.message)")
            return failure.status.rawValue
        }
        // What is left is the argument parser's: help texts, or wrong usage.
        let code = Podium.exitCode(for: error)
        let text = Podium.fullMessage(for: error)
        if code.isSuccess {
            do {
                try Terminal.print(text)
                return ExitStatus.done.rawValue
            } catch {
                return status(for: error)
            }
        }
        if !text.isEmpty { Terminal.error(text) }
        return code == .validationFailure ? ExitStatus.usage.rawValue : code.rawValue
    }

    /// Ends as a process does whose reader has gone: quietly, by the signal.
    private static func dieOfClosedPipe() {
        signal(SIGPIPE, SIG_DFL)
        kill(getpid(), SIGPIPE)
    }
}
