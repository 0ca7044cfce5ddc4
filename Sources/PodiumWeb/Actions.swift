internal import PodiumCore
internal import PodiumPrimitives
internal import PodiumStore

/// Carries out what users do, and writes the action log.
struct Actions: Sendable {
    let store: PostgresStore
    let jobFiles: JobFiles

    /// Runs that one request may name.
    static let runLimit = 10_000

    /// - Returns: the runs to which it was done.
    func carryOut(_ action: RunAction, _ runs: [RunID], target: String, by visitor: Visitor) async throws -> [RunID] {
        try await logged(action.rawValue, target, visitor) {
            let done =
                switch action {
                case .cancel: try await store.cancel(runs)
                case .retry: try await store.retry(runs)
                case .hold: try await store.hold(runs)
                case .release: try await store.release(runs)
                case .front: try await store.reorder(runs, .front)
                case .back: try await store.reorder(runs, .back)
                }
            return (done, action.notice(done.count))
        }
    }

    /// The runs of a suite that an action could do something to.
    func runs(of suite: SuiteID?, for action: RunAction) async throws -> [RunID] {
        try await store.runs(suite: suite, states: action.states)
    }

    /// - Returns: the runs that have another priority now.
    func setPriority(
        _ priority: Int,
        of runs: [RunID],
        target: String,
        by visitor: Visitor
    ) async throws -> [RunID] {
        try await logged("priority \(priority)", target, visitor) {
            let done = try await store.reorder(runs, .priority(priority))
            return (done, "\(NumberText.count(done.count, "run")) moved.")
        }
    }

    /// - Parameter isFresh: whether no result of work that was done before is taken over.
    func submit(_ yaml: String, isFresh: Bool, by visitor: Visitor) async throws -> SubmittedSuite {
        var read = try await jobFiles.read(yaml, isForSubmission: true, isFresh: isFresh)
        read.submitter = visitor.name
        let submission = read
        return try await logged(
            "submit",
            "\(submission.name), \(NumberText.count(submission.runs.count, "run"))\(isFresh ? ", all anew" : "")",
            visitor
        ) {
            let suite = try await store.submit(submission)
            return (suite, "suite \(suite.suite)")
        }
    }

    /// Saves what the history's page shows under a name.
    func save(view name: String, query: String, by visitor: Visitor) async throws {
        try await logged("save view", name, visitor) {
            (try await store.saveView(name: name, query: query, by: visitor.name ?? ""), query)
        }
    }

    func remove(view name: String, by visitor: Visitor) async throws {
        try await logged("remove view", name, visitor) {
            ((), try await store.removeView(name: name) ? "removed" : "there was none")
        }
    }

    private func logged<Result>(
        _ action: String,
        _ target: String,
        _ visitor: Visitor,
        _ body: () async throws -> (Result, outcome: String)
    ) async throws -> Result {
        let entry = try await store.beginAction(
            actor: visitor.name ?? "",
            role: visitor.role ?? .reader,
            action: action,
            target: target
        )
        do {
            let (result, outcome) = try await body()
            try await store.endAction(entry, outcome: outcome)
            return result
        } catch {
            try? await store.endAction(entry, outcome: "failed: \(error)")
            throw error
        }
    }
}
