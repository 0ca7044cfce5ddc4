/// Which runs of all suites are meant; what is nil or empty does not matter.
package struct HistoryFilter: Hashable, Sendable {
    package var suites: [SuiteID]
    package var task: BenchmarkTask?
    package var kind: RunKind?
    package var system: NamePattern?
    package var model: NamePattern?
    /// Of the run's name.
    package var name: NamePattern?
    package var states: Set<RunStanding>
    /// A tag of the run's suite.
    package var tag: String?
    /// Submitted then or later; seconds since 1970.
    package var submittedFrom: Double?
    /// Submitted earlier.
    package var submittedBefore: Double?
    /// On the scale 0 to 1.
    package var minimumScore: Double?
    package var maximumScore: Double?
    /// Runs of archived suites as well.
    package var includesArchived: Bool

    package init(
        suites: [SuiteID] = [],
        task: BenchmarkTask? = nil,
        kind: RunKind? = nil,
        system: NamePattern? = nil,
        model: NamePattern? = nil,
        name: NamePattern? = nil,
        states: Set<RunStanding> = [],
        tag: String? = nil,
        submittedFrom: Double? = nil,
        submittedBefore: Double? = nil,
        minimumScore: Double? = nil,
        maximumScore: Double? = nil,
        includesArchived: Bool = false
    ) {
        self.suites = suites
        self.task = task
        self.kind = kind
        self.system = system
        self.model = model
        self.name = name
        self.states = states
        self.tag = tag
        self.submittedFrom = submittedFrom
        self.submittedBefore = submittedBefore
        self.minimumScore = minimumScore
        self.maximumScore = maximumScore
        self.includesArchived = includesArchived
    }

    /// Whether it says anything about single runs, rather than about suites.
    package var isAboutRuns: Bool {
        task != nil || kind != nil || system != nil || model != nil || name != nil || !states.isEmpty
            || minimumScore != nil || maximumScore != nil
    }

    /// Whether a run passes; what a store without a query language goes by.
    package func matches(_ entry: HistoryEntry) -> Bool {
        (suites.isEmpty || suites.contains(entry.suite))
            && (task == nil || entry.task == task)
            && (kind == nil || entry.kind == kind)
            && (system?.matches(entry.system) ?? true)
            && (model?.matches(entry.model ?? "") ?? true)
            && (name?.matches(entry.name) ?? true)
            && (states.isEmpty || states.contains(entry.state))
            && tag.map(entry.tags.contains) ?? true
            && entry.submittedAt >= submittedFrom ?? -.infinity
            && entry.submittedAt < submittedBefore ?? .infinity
            && (minimumScore == nil && maximumScore == nil
                || entry.score.map { $0 >= minimumScore ?? -.infinity && $0 <= maximumScore ?? .infinity } ?? false)
            && (includesArchived || !entry.isArchived)
    }
}

/// A name, in which `*` stands for any text; upper and lower case are one.
package struct NamePattern: Hashable, Sendable, ExpressibleByStringLiteral {
    package let text: String

    package init(_ text: String) { self.text = text }
    package init(stringLiteral text: String) { self.text = text }

    package func matches(_ name: String) -> Bool {
        let parts = text.lowercased().split(separator: "*", omittingEmptySubsequences: false)
        guard parts.count > 1 else { return name.lowercased() == text.lowercased() }
        var rest = name.lowercased()[...]
        for (place, part) in parts.enumerated() {
            if place == 0 {
                guard rest.hasPrefix(part) else { return false }
                rest = rest.dropFirst(part.count)
            } else if place == parts.count - 1 {
                return rest.hasSuffix(part)
            } else if !part.isEmpty {
                guard let found = rest.firstRange(of: part) else { return false }
                rest = rest[found.upperBound...]
            }
        }
        return true
    }
}

/// How a list of runs is ordered; runs that are equal in it come newest first.
package enum HistoryOrder: String, CaseIterable, Codable, Sendable {
    case newest
    case oldest
    /// The best first; runs without a score last.
    case score
    /// By name.
    case system
    /// By name.
    case task
    /// The longest first; runs that never ended last.
    case duration
}
