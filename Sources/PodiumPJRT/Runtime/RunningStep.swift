/// A program under way on its devices.
final class RunningStep {
    /// Per device the program's results; further programs may take them before they are computed.
    let results: [[DeviceBuffer]]
    private let completions: [Completion]
    private let client: Client

    init(results: [[DeviceBuffer]], completions: [Completion], client: Client) {
        self.results = results
        self.completions = completions
        self.client = client
    }

    /// Waits until all devices are done, each at most for the client's time limit.
    func wait() throws(PJRTError) {
        var failure: PJRTError?
        for completion in completions {
            do {
                try completion.wait(client.timeout, "a step")
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }
}
