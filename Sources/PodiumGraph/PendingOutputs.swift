/// The outputs of a submitted step, which may still be running.
package struct PendingOutputs: ~Copyable {
    private enum State {
        case done([String: HostTensor])
        case running(() throws(GraphError) -> [String: HostTensor])
    }

    private let state: State

    /// Outputs of a step that is over.
    package init(_ outputs: [String: HostTensor]) { state = .done(outputs) }

    /// Outputs of a step under way.
    ///
    /// - Parameter wait: waits until the step is over, but not for ever.
    package init(wait: @escaping () throws(GraphError) -> [String: HostTensor]) { state = .running(wait) }

    /// Whether the step was over when it came back from the device.
    package var isDone: Bool {
        if case .done = state { true } else { false }
    }

    /// The outputs by name, once the step is over; what went wrong in it is thrown here.
    package consuming func wait() throws(GraphError) -> [String: HostTensor] {
        switch state {
        case .done(let outputs): outputs
        case .running(let wait): try wait()
        }
    }
}
