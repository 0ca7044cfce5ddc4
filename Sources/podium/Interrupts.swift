@preconcurrency import Dispatch
import Foundation

/// SIGINT and SIGTERM as a stream: the first asks for a graceful shutdown, the second ends the process at once.
struct Interrupts: Sendable {
    let stream: AsyncStream<Void>
    private let sources: [any DispatchSourceSignal]

    init() {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        self.stream = stream
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            var isSecond = false
            source.setEventHandler {
                if isSecond { exit(ExitStatus.interrupted.rawValue) }
                isSecond = true
                continuation.yield()
            }
            source.resume()
            return source
        }
    }

    /// Runs `body` in a task that the first signal cancels.
    func cancelling<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
        let working = Task { try await body() }
        let watching = Task {
            await first()
            if !Task.isCancelled { working.cancel() }
        }
        defer { watching.cancel() }
        return try await working.value
    }

    /// Returns at the first signal.
    func first() async {
        for await _ in stream { return }
    }
}
