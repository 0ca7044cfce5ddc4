/// A suite as history lists it.
package struct SuiteSummary: Codable, Sendable, Equatable {
    package var id: SuiteID
    package var name: String
    package var kind: SuiteKind
    package var submittedAt: Double
    /// When its last run ended; nil as long as one is not over.
    package var endedAt: Double?
    package var tags: [String]
    package var note: String
    /// When it was put away; lists and rankings leave it out unless asked.
    package var archivedAt: Double?
    /// States without runs are left out.
    package var runs: [RunStanding: Int]
    /// Runs that wait for one that failed: nothing more happens to them by itself.
    package var stuck: Int
    /// The systems and tasks of its runs, by name.
    package var systems: [String]
    package var tasks: [BenchmarkTask]

    package init(
        id: SuiteID,
        name: String,
        kind: SuiteKind,
        submittedAt: Double,
        endedAt: Double? = nil,
        tags: [String] = [],
        note: String = "",
        archivedAt: Double? = nil,
        runs: [RunStanding: Int] = [:],
        stuck: Int = 0,
        systems: [String] = [],
        tasks: [BenchmarkTask] = []
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.submittedAt = submittedAt
        self.endedAt = endedAt
        self.tags = tags
        self.note = note
        self.archivedAt = archivedAt
        self.runs = runs
        self.stuck = stuck
        self.systems = systems
        self.tasks = tasks
    }

    package var runCount: Int { runs.values.reduce(0, +) }
}

/// What a user writes on a suite.
package struct SuiteAnnotation: Sendable, Equatable {
    package var addedTags: [String]
    package var removedTags: [String]
    /// Replaces the note; nil leaves it.
    package var note: String?
    /// Puts the suite away or takes it back; nil leaves it.
    package var archived: Bool?

    package init(
        addedTags: [String] = [],
        removedTags: [String] = [],
        note: String? = nil,
        archived: Bool? = nil
    ) {
        self.addedTags = addedTags
        self.removedTags = removedTags
        self.note = note
        self.archived = archived
    }
}

/// States are keys of JSON objects.
extension RunState: CodingKeyRepresentable {}
