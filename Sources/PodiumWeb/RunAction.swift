package import PodiumCore
internal import PodiumExperiments
internal import PodiumPrimitives
internal import PodiumStore

/// What users do to runs.
enum RunAction: String, CaseIterable, Sendable {
    case cancel
    case retry

    /// What it has done to so many runs, as a sentence.
    func notice(_ runs: Int) -> String {
        switch self {
        case .cancel:
            runs == 0
                ? "Nothing was cancelled: these runs are over."
                : "\(NumberText.count(runs, "run")) cancelled, or asked to stop."
        case .retry:
            runs == 0
                ? "Nothing was queued: none of these runs has failed or was cancelled."
                : "\(NumberText.count(runs, "run")) queued again."
        }
    }
}

/// Carries out what users do, and writes the action log.
struct Actions: Sendable {
    let store: PostgresStore
    let jobFiles: JobFiles

    /// Runs that one request may name.
    static let runLimit = 10_000

    /// - Returns: the runs to which it was done.
    func carryOut(_ action: RunAction, _ runs: [RunID], target: String, by visitor: Visitor) async throws -> [RunID] {
        try await logged(action.rawValue, target, visitor) {
            let done = action == .cancel ? try await store.cancel(runs) : try await store.retry(runs)
            return (done, action.notice(done.count))
        }
    }

    /// The runs of a suite that an action could do something to.
    func runs(of suite: SuiteID?, for action: RunAction) async throws -> [RunID] {
        try await store.runs(suite: suite, states: action == .cancel ? RunState.open : [.failed, .cancelled])
    }

    func submit(_ yaml: String, by visitor: Visitor) async throws -> SubmittedSuite {
        let submission = try await jobFiles.read(yaml, forSubmission: true)
        return try await logged(
            "submit",
            "\(submission.name), \(NumberText.count(submission.runs.count, "run"))",
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

extension RunState {
    static let open: Set<RunState> = [.blocked, .ready, .waiting, .running]
}

/// Reads job files that come over the wire.
package struct JobFiles: Sendable {
    private let reader: @Sendable (_ yaml: String, _ forSubmission: Bool) async throws -> Submission

    /// - Parameter reader: reads a job file's text; for a submission it also sees to it that models and data are there.
    package init(_ reader: @escaping @Sendable (_ yaml: String, _ forSubmission: Bool) async throws -> Submission) {
        self.reader = reader
    }

    func read(_ yaml: String, forSubmission: Bool) async throws -> Submission { try await reader(yaml, forSubmission) }
}
