/// When a run may start, in terms of another of its suite.
package struct Dependency: Codable, Hashable, Sendable {
    package enum Condition: String, Codable, Sendable {
        /// The parent must have succeeded; if it fails, the child stays blocked and says by whom.
        case afterSuccess
        /// The parent must be over, whatever became of it.
        case afterAny
    }
    /// The parent's name inside the suite.
    package var parent: String
    package var condition: Condition

    package init(parent: String, condition: Condition) {
        self.parent = parent
        self.condition = condition
    }
}

/// A run that a job file asks for, before it has a row.
package struct PlannedRun: Codable, Hashable, Sendable {
    package var spec: RunSpec
    package var dependencies: [Dependency]

    package init(spec: RunSpec, dependencies: [Dependency] = []) {
        self.spec = spec
        self.dependencies = dependencies
    }
}

/// A job file, read and expanded: what `submit` puts into the database in one transaction.
package struct Submission: Codable, Hashable, Sendable {
    package var name: String
    /// As the file says.
    package var kind: SuiteKind
    /// The file's text, kept for provenance.
    package var source: String
    /// How a sweep becomes one row of the leaderboard; printed beside the row.
    package var selection: SelectionRule
    /// Higher goes first; 0 is usual.
    package var priority: Int
    /// In the file's order.
    ///
    /// Names are unique and parents stand before their children.
    package var runs: [PlannedRun]
    /// Systems the suite can do without when their model cannot be fetched.
    package var optionalSystems: [String]
    /// Who asks for it; nil where nobody says.
    package var submitter: String?
    /// Whose share of the machines it counts against; the submitter's own where there is none.
    package var project: String?
    /// How many seeds systems get, where looks at the scores decide that.
    package var seeds: SeedPlan?

    package init(
        name: String,
        kind: SuiteKind,
        source: String,
        selection: SelectionRule = SelectionRule(),
        priority: Int = 0,
        runs: [PlannedRun],
        optionalSystems: [String] = [],
        submitter: String? = nil,
        project: String? = nil,
        seeds: SeedPlan? = nil
    ) {
        self.name = name
        self.kind = kind
        self.source = source
        self.selection = selection
        self.priority = priority
        self.runs = runs
        self.optionalSystems = optionalSystems
        self.submitter = submitter
        self.project = project
        self.seeds = seeds
    }

    /// The submission without a system's runs, and without waiting for them.
    package func removing(system: String) -> Submission {
        let gone = Set(runs.filter { $0.spec.system == system && $0.spec.kind != .report }.map(\.spec.name))
        var result = self
        result.seeds = seeds?.removing(system: system)
        result.runs = runs.filter { !gone.contains($0.spec.name) }.map { run in
            var kept = run
            kept.dependencies.removeAll { gone.contains($0.parent) }
            return kept
        }
        return result
    }
}

/// What a job file asks for.
package enum SuiteKind: String, Codable, CaseIterable, Hashable, Sendable {
    case pretrain
    case finetune
    case evaluate
    case embed
    /// Systems × tasks, with what they need.
    case suite
}

/// How several configurations of a sweep become one leaderboard cell.
package struct SelectionRule: Codable, Hashable, Sendable {
    /// What configurations are compared by.
    package enum Metric: String, Codable, CaseIterable, Hashable, Sendable {
        /// The task's score on its development set.
        case dev
    }

    package enum Rule: String, Codable, CaseIterable, Hashable, Sendable {
        /// The configuration with the best mean over its seeds.
        case best
        /// A row for each configuration.
        case all
    }

    package var metric: Metric
    package var rule: Rule

    package init(metric: Metric = .dev, rule: Rule = .best) {
        self.metric = metric
        self.rule = rule
    }
}
