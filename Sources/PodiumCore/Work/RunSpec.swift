/// A run as it is queued: its work, what that needs, and what it is called.
///
/// Stored as JSON with the run and handed to the engine process as a file.
package struct RunSpec: Hashable, Sendable {
    /// Unique inside its suite: `minilm-l6/glue/MRPC/seed-1`.
    package var name: String
    /// The leaderboard row it counts for; a report's is the suite's name.
    package var system: String
    package var work: Work
    package var resources: Resources
    package var retry: RetryPolicy
    /// Whether the run may take over the result of one that did the same work before.
    package var mayReuse = true

    package init(
        name: String,
        system: String,
        work: Work,
        resources: Resources = Resources(),
        retry: RetryPolicy = RetryPolicy()
    ) {
        self.name = name
        self.system = system
        self.work = work
        self.resources = resources
        self.retry = retry
    }

    package var kind: RunKind { work.kind }
    package var task: BenchmarkTask? { work.task }
    package var model: ModelReference? { work.model }
}
