/// Which of some runs can be deleted; decides, deletes nothing.
package struct DeletionPlan: Sendable, Equatable {
    /// A run that the user wants to delete.
    package struct Run: Sendable {
        package var id: RunID
        package var state: RunState
        /// Blocked by a failure for as long as nobody retries that.
        package var isBehindFailure: Bool

        package init(id: RunID, state: RunState, isBehindFailure: Bool) {
            self.id = id
            self.state = state
            self.isBehindFailure = isBehindFailure
        }
    }

    /// One run rests on another.
    package struct Use: Sendable {
        package var source: RunID
        package var user: RunID
        /// The kind of the artifact; nil where the user waits for the source's end.
        package var what: String?

        package init(source: RunID, user: RunID, what: String?) {
            self.source = source
            self.user = user
            self.what = what
        }
    }

    /// In the order of their numbers.
    package let deleted: [RunID]
    package let kept: [Deletion.Kept]

    /// - Parameter uses: of these runs by any run.
    package init(runs: [Run], uses: [Use]) {
        var reasons: [RunID: String] = [:]
        for run in runs where !run.state.isTerminal && !(run.state == .blocked && run.isBehindFailure) {
            reasons[run.id] = "it is \(run.state.rawValue): cancel it first"
        }
        // A run that stays keeps what it rests on, and that in turn what it rests on.
        let asked = Set(runs.map(\.id))
        var isComplete = false
        while !isComplete {
            isComplete = true
            for use in uses where reasons[use.source] == nil {
                guard !asked.contains(use.user) || reasons[use.user] != nil else { continue }
                reasons[use.source] =
                    use.what.map { "run \(use.user) was made from its \($0)" } ?? "run \(use.user) waits for it"
                isComplete = false
            }
        }
        deleted = runs.map(\.id).filter { reasons[$0] == nil }.sorted()
        kept = runs.sorted { $0.id < $1.id }.compactMap { run in
            reasons[run.id].map { Deletion.Kept(run: run.id, reason: $0) }
        }
    }
}
