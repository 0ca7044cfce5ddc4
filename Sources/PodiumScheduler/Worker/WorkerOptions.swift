/// How a worker keeps its time.
package struct WorkerOptions: Sendable {
    /// Podium's data directory: `artifacts/` and what engines need.
    package var dataDirectory: String
    /// Between renewals of the lease.
    package var heartbeat: Duration
    /// How long the store waits for a renewal before it gives the worker's runs to others.
    package var lease: Duration
    /// How long after it asked for the last renewal that went through the worker believes in its lease.
    ///
    /// By then no other worker has its runs yet, whatever the two clocks say.
    package var trust: Duration { max(lease - .seconds(2), lease / 2) }
    /// Between looks for work when no hint of any arrives.
    package var poll: Duration
    /// Between a request to stop and the kill.
    package var killDelay: Duration
    /// Between writes of an attempt's measurements and log lines.
    package var recording: Duration
    /// When the worker leaves by itself.
    package var lifetime: WorkerLifetime
    /// Where the data directory is not the one that everybody sees.
    package var exchange: (any ArtifactExchange)?
    /// Tells work by its content; nil where no result may be taken over, nor offered.
    package var works: (any WorkRecognition)?

    package init(
        dataDirectory: String,
        heartbeat: Duration = .seconds(2),
        lease: Duration = .seconds(8),
        poll: Duration = .seconds(1),
        killDelay: Duration = .seconds(30),
        recording: Duration = .milliseconds(500),
        lifetime: WorkerLifetime = WorkerLifetime(),
        exchange: (any ArtifactExchange)? = nil,
        works: (any WorkRecognition)? = nil
    ) {
        self.dataDirectory = dataDirectory
        self.heartbeat = heartbeat
        self.lease = lease
        self.poll = poll
        self.killDelay = killDelay
        self.recording = recording
        self.lifetime = lifetime
        self.exchange = exchange
        self.works = works
    }
}

extension Duration {
    package var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
