package import PodiumCore

/// How far a suite is, and how long the rest should take.
package struct SuiteProgress: Sendable, Equatable {
    /// Nil until a run has finished or measured its speed.
    package let remainingSeconds: Double?

    /// Estimates the rest from the runs themselves.
    ///
    /// Running runs report their own remaining time. A waiting run is assumed to take as long as finished runs of the
    /// same system and task, else of the same system, else of the same task, else of any.
    ///
    /// Assumes as many runs at a time as run now.
    package init(_ runs: [RunRecord], now: Double) {
        let open = runs.filter { !$0.isOver && $0.spec.kind != .report }
        guard !open.isEmpty else {
            remainingSeconds = runs.isEmpty ? nil : 0
            return
        }
        let lengths = runs.compactMap { run in Self.length(run, now: now).map { (run.spec, $0) } }
        var total = 0.0
        for run in open {
            if run.state == .running, let progress = run.progress {
                total += progress.remainingSeconds
                continue
            }
            guard let expected = Self.expected(run.spec, lengths) else {
                remainingSeconds = nil
                return
            }
            total += expected
        }
        remainingSeconds = total / Double(max(1, runs.filter { $0.state == .running }.count))
    }

    /// Seconds that a run took, or will have taken by its own estimate.
    private static func length(_ run: RunRecord, now: Double) -> Double? {
        guard let start = run.startedAt else { return nil }
        if run.state == .succeeded { return run.endedAt.map { $0 - start } }
        guard run.state == .running, let progress = run.progress else { return nil }
        return max(0, now - start) + progress.remainingSeconds
    }

    private static func expected(_ spec: RunSpec, _ lengths: [(spec: RunSpec, seconds: Double)]) -> Double? {
        func mean(where matches: (RunSpec) -> Bool) -> Double? {
            let like = lengths.filter { matches($0.spec) }.map(\.seconds)
            return like.isEmpty ? nil : like.reduce(0, +) / Double(like.count)
        }
        return mean { $0.kind == spec.kind && $0.system == spec.system && $0.task == spec.task }
            ?? mean { $0.kind == spec.kind && $0.system == spec.system }
            ?? mean { $0.kind == spec.kind && $0.task == spec.task }
            ?? mean { $0.kind == spec.kind }
    }
}
