internal import CPJRT
internal import Dispatch

/// Waiting for what a device does, never for ever.
final class Completion: @unchecked Sendable {
    private let plugin: Plugin
    private let event: OpaquePointer
    private let ready = DispatchSemaphore(value: 0)
    /// Written by the plug-in's thread before `ready` is signalled.
    private var error: OpaquePointer?

    /// Takes over an event of the plug-in.
    ///
    /// The completion frees the event; one that never becomes ready is left to the plug-in.
    init(_ event: OpaquePointer, of plugin: Plugin) throws(PJRTError) {
        self.plugin = plugin
        self.event = event
        let context = Unmanaged.passRetained(self)
        let failure = podium_pjrt_on_ready(
            plugin.api,
            event,
            { error, context in
                guard let context else { return }
                let completion = Unmanaged<Completion>.fromOpaque(context).takeRetainedValue()
                completion.error = error
                completion.ready.signal()
            },
            context.toOpaque()
        )
        if let failure {
            context.release()
            throw plugin.take(failure, .execution, "the device's progress cannot be followed")
        }
    }

    deinit {
        if let error { podium_pjrt_error_free(plugin.api, error) }
        plugin.destroy(pjrt_fn_event_destroy, event)
    }

    /// Waits at most so long.
    ///
    /// `what` names the work in an error's message.
    func wait(_ timeout: Duration, _ what: @autoclosure () -> String) throws(PJRTError) {
        let seconds = Double(timeout.components.seconds) + Double(timeout.components.attoseconds) * 1e-18
        guard ready.wait(timeout: .now() + seconds) == .success else {
            plugin.abandon()
            throw PJRTError(
                .timeout,
                "\(what()) did not end within \(timeout); the device hangs or is used by another process"
            )
        }
        guard let error else { return }
        self.error = nil
        throw plugin.take(error, .execution, "\(what()) failed on the device")
    }
}
