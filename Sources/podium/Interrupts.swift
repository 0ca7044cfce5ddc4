@preconcurrency import Dispatch
import Foundation

/// Ctrl-C and a polite kill, as a stream: the first asks for an orderly end, the second ends the process at once.
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

    /// Returns at the first one.
    func first() async {
        for await _ in stream { return }
    }
}
