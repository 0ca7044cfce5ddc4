@preconcurrency internal import Dispatch
internal import Synchronization

/// Notices calls into a plug-in that do not return.
///
/// Such a call can be neither cancelled nor left: whoever hears of it should end the process.
final class CallWatch: Sendable {
    private struct Call {
        let what: String
        let limit: Duration
        let deadline: ContinuousClock.Instant
    }

    private struct State {
        var calls: [Int: Call] = [:]
        var next = 0
    }

    private let state = Mutex(State())
    private let timer: any DispatchSourceTimer

    init(onHang: @escaping @Sendable (PJRTError) -> Void) {
        timer = DispatchSource.makeTimerSource(queue: .global(qos: .userInitiated))
        timer.schedule(deadline: .now() + 1, repeating: 1)
        timer.setEventHandler { [weak self] in
            guard let call = self?.overdue() else { return }
            onHang(
                PJRTError(
                    .timeout,
                    "\(call.what) did not return within \(call.limit); the device hangs or is used by another process"
                )
            )
        }
        timer.activate()
    }

    deinit { timer.cancel() }

    /// The first call that takes too long, once.
    private func overdue() -> Call? {
        let now = ContinuousClock.now
        return state.withLock { state in
            guard let (number, call) = state.calls.first(where: { $0.value.deadline < now }) else { return nil }
            state.calls[number] = nil
            return call
        }
    }

    /// Makes a call that should return within a time.
    func call<Result>(_ what: String, within limit: Duration, _ body: () -> Result) -> Result {
        let call = Call(what: what, limit: limit, deadline: .now + limit)
        let number = state.withLock { state in
            state.next += 1
            state.calls[state.next] = call
            return state.next
        }
        defer { _ = state.withLock { $0.calls.removeValue(forKey: number) } }
        return body()
    }
}
