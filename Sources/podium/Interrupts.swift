@preconcurrency import Dispatch
import Foundation

/// SIGINT and SIGTERM as a stream: the first asks for a graceful shutdown, the second ends the process at once.
///
/// A batch system may send several signals while work is being saved; of those only a person's second Ctrl-C ends it.
struct Interrupts: Sendable {
    let stream: AsyncStream<Void>
    private let sources: [any DispatchSourceSignal]

    /// - Parameter isBatchJob: SIGUSR1 asks for the shutdown as well, and repeated signals are no hurry.
    init(isBatchJob: Bool = false) {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        self.stream = stream
        sources = ([SIGINT, SIGTERM] + (isBatchJob ? [SIGUSR1] : [])).map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            var isSecond = false
            source.setEventHandler {
                if isSecond, number == SIGINT || !isBatchJob { exit(ExitStatus.interrupted.rawValue) }
                isSecond = true
                continuation.yield()
            }
            source.resume()
            return source
        }
    }

    /// Runs `body` in a task that the first signal cancels, or whoever cancels this one.
    func cancelling<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
        let working = Task { try await body() }
        let watching = Task {
            await first()
            if !Task.isCancelled { working.cancel() }
        }
        defer { watching.cancel() }
        return try await withTaskCancellationHandler {
            try await working.value
        } onCancel: {
            working.cancel()
        }
    }

    /// Returns at the first signal.
    func first() async {
        for await _ in stream { return }
    }
}
