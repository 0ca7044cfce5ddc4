import ArgumentParser
import Foundation
import PodiumStore

@main
enum Main {
    static func main() async {
        // A reader that goes away (`podium queue | head -1`) is an error to report, not a signal to die by.
        signal(SIGPIPE, SIG_IGN)
        isolatePrivateDatabase()
        do {
            var command = try Podium.parseAsRoot()
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
            || !(ProcessInfo.processInfo.environment["PODIUM_DATABASE"] ?? "").isEmpty
        guard !namesDatabase else { return }
        // First: with the name of an unknown service libpq does not even list its variables.
        unsetenv("PGSERVICE")
        for name in DatabaseAddress.environmentVariables { unsetenv(name) }
    }

    /// Tells the user what went wrong, and scripts by a number.
    private static func status(for error: any Error) -> Int32 {
        if let failure = Failure(describing: error) {
            Terminal.error("podium: \(failure.message)")
            return failure.status.rawValue
        }
        // What is left is the argument parser's: help and version texts, or wrong usage.
        let code = Podium.exitCode(for: error)
        let text = Podium.fullMessage(for: error)
        if code.isSuccess {
            Terminal.print(text)
            return ExitStatus.done.rawValue
        }
        if !text.isEmpty { Terminal.error(text) }
        return code == .validationFailure ? ExitStatus.usage.rawValue : code.rawValue
    }
}
