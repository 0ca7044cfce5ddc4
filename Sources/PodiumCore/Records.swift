/// A suite as users see it.
///
/// Times are seconds since 1970, by the store's clock.
package struct SuiteRecord: Codable, Sendable, Equatable {
    package var id: SuiteID
    package var name: String
    package var kind: SuiteKind
    package var source: String
    package var selection: SelectionRule
    package var submittedAt: Double

    package init(
        id: SuiteID,
        name: String,
        kind: SuiteKind,
        source: String,
        selection: SelectionRule,
        submittedAt: Double
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.source = source
        self.selection = selection
        self.submittedAt = submittedAt
    }
}

/// A run as users see it.
package struct RunRecord: Codable, Sendable, Equatable {
    package var id: RunID
    package var suite: SuiteID
    package var suiteName: String
    package var spec: RunSpec
    package var state: RunState
    /// Why it is in this state: `blocked by 12 (failed)`, `cancel requested`, the failure's message.
    package var reason: String?
    /// The run whose failure keeps this one from ever starting; nil where there is none.
    package var blockedBy: RunID?
    package var attempt: Int
    package var submittedAt: Double
    package var startedAt: Double?
    package var endedAt: Double?
    /// The latest measurement, if any attempt reported one.
    package var progress: TrainingProgress?
    package var worker: WorkerID?
    /// Kept out of the queue until somebody releases it.
    package var isHeld: Bool
    /// Each step moves it ahead of what was submitted up to an hour before.
    package var priority: Int
    /// Who submitted it, and for what project.
    package var submitter: String?
    package var project: String?

    package init(
        id: RunID,
        suite: SuiteID,
        suiteName: String,
        spec: RunSpec,
        state: RunState,
        reason: String? = nil,
        blockedBy: RunID? = nil,
        attempt: Int = 0,
        submittedAt: Double,
        startedAt: Double? = nil,
        endedAt: Double? = nil,
        progress: TrainingProgress? = nil,
        worker: WorkerID? = nil,
        isHeld: Bool = false,
        priority: Int = 0,
        submitter: String? = nil,
        project: String? = nil
    ) {
        self.id = id
        self.suite = suite
        self.suiteName = suiteName
        self.spec = spec
        self.state = state
        self.reason = reason
        self.blockedBy = blockedBy
        self.attempt = attempt
        self.submittedAt = submittedAt
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.progress = progress
        self.worker = worker
        self.isHeld = isHeld
        self.priority = priority
        self.submitter = submitter
        self.project = project
    }
}

extension RunRecord {
    private enum CodingKeys: String, CodingKey {
        case id, suite, suiteName, spec, state, reason, blockedBy, attempt, submittedAt, startedAt, endedAt, progress,
            worker
        case isHeld, priority, submitter, project
    }

    /// Only written: it follows from the rest.
    private enum FurtherKeys: CodingKey {
        case standing
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(id, forKey: .id)
        try values.encode(suite, forKey: .suite)
        try values.encode(suiteName, forKey: .suiteName)
        try values.encode(spec, forKey: .spec)
        try values.encode(state, forKey: .state)
        try values.encodeIfPresent(reason, forKey: .reason)
        try values.encodeIfPresent(blockedBy, forKey: .blockedBy)
        try values.encode(attempt, forKey: .attempt)
        try values.encode(submittedAt, forKey: .submittedAt)
        try values.encodeIfPresent(startedAt, forKey: .startedAt)
        try values.encodeIfPresent(endedAt, forKey: .endedAt)
        try values.encodeIfPresent(progress, forKey: .progress)
        try values.encodeIfPresent(worker, forKey: .worker)
        try values.encode(isHeld, forKey: .isHeld)
        try values.encode(priority, forKey: .priority)
        try values.encodeIfPresent(submitter, forKey: .submitter)
        try values.encodeIfPresent(project, forKey: .project)
        var further = encoder.container(keyedBy: FurtherKeys.self)
        try further.encode(standing, forKey: .standing)
    }
}

extension RunRecord {
    /// Whether nothing more will happen to the run by itself: also when a failure blocks it.
    package var isOver: Bool {
        state.isTerminal || (state == .blocked && blockedBy != nil)
    }
}

/// One try of a run.
package struct AttemptRecord: Codable, Sendable, Equatable {
    package var attempt: Int
    package var token: Int64
    package var worker: WorkerID?
    package var host: String?
    package var startedAt: Double
    package var endedAt: Double?
    /// Nil while it runs.
    package var outcome: AttemptEnd?
    package var message: String?
    package var resumedFromStep: Int?
    /// On what it was computed; nil until its engine has said so.
    package var environment: AttemptEnvironment?

    package init(
        attempt: Int,
        token: Int64,
        worker: WorkerID? = nil,
        host: String? = nil,
        startedAt: Double,
        endedAt: Double? = nil,
        outcome: AttemptEnd? = nil,
        message: String? = nil,
        resumedFromStep: Int? = nil,
        environment: AttemptEnvironment? = nil
    ) {
        self.attempt = attempt
        self.token = token
        self.worker = worker
        self.host = host
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.outcome = outcome
        self.message = message
        self.resumedFromStep = resumedFromStep
        self.environment = environment
    }
}

package struct LogRecord: Codable, Sendable, Equatable {
    /// Grows within a run; pass the last one seen to read on.
    package var sequence: Int64
    package var attempt: Int
    package var at: Double
    package var level: LogLevel
    package var message: String

    package init(sequence: Int64, attempt: Int, at: Double, level: LogLevel, message: String) {
        self.sequence = sequence
        self.attempt = attempt
        self.at = at
        self.level = level
        self.message = message
    }
}

package struct MetricPoint: Codable, Sendable, Equatable {
    package var step: Int
    package var value: Double

    package init(step: Int, value: Double) {
        self.step = step
        self.value = value
    }
}
