/// Where in the queue users want runs to be.
package enum QueueMove: Hashable, Sendable {
    /// Each step of priority puts a run ahead of those submitted up to an hour before it.
    case priority(Int)
    /// Before everything that waits.
    case front
    /// Behind everything that waits.
    case back

    /// The priorities that a run can have.
    package static let priorities = -1000...1000
}

/// A run that joins a suite which is stored already.
package struct AddedRun: Sendable, Equatable {
    package var spec: RunSpec
    /// The run of the suite that it resembles: it waits for the same runs.
    package var like: RunID

    package init(spec: RunSpec, like: RunID) {
        self.spec = spec
        self.like = like
    }
}

extension RunSpec {
    /// The same with another seed, by which its name ends.
    package func with(seed: UInt64) -> RunSpec {
        var spec = self
        if let own = work.seed, spec.name.hasSuffix("/seed-\(own)") { spec.name.removeLast("/seed-\(own)".count) }
        spec.work.seed = seed
        spec.name += "/seed-\(seed)"
        return spec
    }
}
