package import PodiumCore
internal import PodiumExperiments
internal import PodiumPrimitives
internal import PodiumStore

/// What users do to runs.
enum RunAction: String, CaseIterable, Sendable {
    case cancel
    case retry
    case hold
    case release
    /// Before everything that waits.
    case front
    /// Behind everything that waits.
    case back

    /// The states of the runs that it can be done to.
    var states: Set<RunState> {
        switch self {
        case .cancel, .hold, .release: RunState.open
        case .retry: [.failed, .cancelled]
        case .front, .back: RunState.open.subtracting([.running])
        }
    }

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
        case .hold:
            runs == 0
                ? "Nothing was held: these runs are over, or held already."
                : "\(NumberText.count(runs, "run")) held."
        case .release:
            runs == 0
                ? "Nothing was released: none of these runs is held." : "\(NumberText.count(runs, "run")) released."
        case .front: "\(NumberText.count(runs, "run")) moved to the front of the queue."
        case .back: "\(NumberText.count(runs, "run")) moved to the back of the queue."
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

    func submit(_ yaml: String, by visitor: Visitor) async throws -> SubmittedSuite {
        var read = try await jobFiles.read(yaml, forSubmission: true)
        read.submitter = visitor.name
        let submission = read
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
