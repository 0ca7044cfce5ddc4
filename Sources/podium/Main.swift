import ArgumentParser
import Foundation

@main
enum Main {
    static func main() async {
        // A reader that goes away (`podium queue | head -1`) is an error to report, not a signal to die by.
        signal(SIGPIPE, SIG_IGN)
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
