import Synchronization

/// Turns `NOTIFY podium_changes` into streams of hints, over one connection of its own.
///
/// A connection that looks alive may be dead (a firewall forgot it, the peer
/// lost power): every few seconds without news the listener asks the server a
/// question, and without an answer it connects anew. After every new
/// connection it hints once, because something may have been missed.
final class ChangeListener: Sendable {
    static let pingInterval: Duration = .seconds(5)

    private struct State {
        var subscribers: [Int: AsyncStream<Void>.Continuation] = [:]
        var next = 0
        var task: Task<Void, Never>?
        var isClosed = false
    }

    private let address: DatabaseAddress
    private let hears: Bool
    private let state = Mutex(State())

    /// - Parameter hears: false for streams in which nothing comes.
    init(_ address: DatabaseAddress, hears: Bool) {
        (self.address, self.hears) = (address, hears)
    }

    /// A new stream; it ends when the listener is closed.
    ///
    /// Hints that nobody has read yet are merged into one.
    func subscribe() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number: Int? = state.withLock { state in
            guard !state.isClosed else { return nil }
            state.next += 1
            state.subscribers[state.next] = continuation
            if state.task == nil, hears { state.task = Task { await self.listen() } }
            return state.next
        }
        guard let number else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { $0.subscribers[number] = nil }
        }
        return stream
    }

    func close() {
        let (subscribers, task) = state.withLock { state in
            state.isClosed = true
            defer { state.subscribers = [:] }
            return (Array(state.subscribers.values), state.task)
        }
        for subscriber in subscribers { subscriber.finish() }
        task?.cancel()
    }

    private func hint() {
        let subscribers = state.withLock { Array($0.subscribers.values) }
        for subscriber in subscribers { subscriber.yield() }
    }

    private func listen() async {
        var wait: Duration = .milliseconds(100)
        while !Task.isCancelled {
            do throws(StoreError) {
                let connection = try await Connection.open(address)
                try await connection.query("listen podium_changes")
                wait = .milliseconds(100)
                hint()
                try await forward(connection)
            } catch {
                // Polling goes on without us; trying again is all there is to do.
                try? await Task.sleep(for: wait)
                wait = min(wait * 2, .seconds(2))
            }
        }
    }

    private func forward(_ connection: Connection) async throws(StoreError) {
        while true {
            if try await connection.notifications(within: Self.pingInterval).isEmpty {
                try await connection.query("select 1", timeout: Self.pingInterval)
            } else {
                hint()
            }
        }
    }
}
