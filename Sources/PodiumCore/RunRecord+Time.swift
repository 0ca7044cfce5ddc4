extension RunRecord {
    /// False for a run that waits: also one that ran before and was put back.
    package var isRunningOrOver: Bool { state == .running || state.isTerminal }

    /// Seconds since it started, to its end where it has one; nil while it waits, and for one that never started.
    ///
    /// - Parameter now: seconds since 1970.
    package func elapsed(now: Double) -> Double? {
        guard isRunningOrOver, let startedAt else { return nil }
        return (endedAt ?? now) - startedAt
    }
}
