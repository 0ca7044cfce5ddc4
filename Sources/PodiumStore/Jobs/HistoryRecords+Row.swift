internal import PodiumCore

// What history answers with, as its rows have it.

extension HistoryEntry {
    init(_ row: Row) throws(StoreError) {
        self.init(
            id: RunID(rawValue: try row.get("id")),
            suite: SuiteID(rawValue: try row.get("suite_id")),
            suiteName: try row.get("suite_name"),
            tags: try row.get("tags", as: ColumnArray<String>.self).elements.compactMap(\.self),
            isArchived: try row.get("is_archived"),
            name: try row.get("name"),
            kind: try row.word("kind"),
            system: try row.get("system"),
            task: try row.optionalWord("task"),
            model: try row.optional("model"),
            seed: try row.optional("seed", as: String.self).flatMap { UInt64($0) },
            state: try row.word("standing"),
            reason: try row.optional("reason"),
            attempt: try row.get("attempt"),
            submittedAt: try row.get("submitted_at"),
            startedAt: try row.optional("started_at"),
            endedAt: try row.optional("ended_at"),
            score: try row.optional("score"),
            basis: try ScoreBasis(row)
        )
    }
}

extension ScoreBasis {
    init?(_ row: Row) throws(StoreError) {
        guard let split = try row.optional("split", as: String.self) else { return nil }
        self.init(
            split: split,
            origin: try row.word("data_origin"),
            version: try row.get("data_version"),
            examples: try row.get("examples")
        )
    }
}

extension SuiteSummary {
    init(_ row: Row) throws(StoreError) {
        let counts = try row.json("runs", as: [String: Int].self)
        let tasks = Set(try row.get("tasks", as: ColumnArray<String>.self).elements.compactMap(\.self))
        self.init(
            id: SuiteID(rawValue: try row.get("id")),
            name: try row.get("name"),
            kind: try row.word("kind"),
            submittedAt: try row.get("submitted_at"),
            endedAt: try row.optional("ended_at"),
            tags: try row.get("tags", as: ColumnArray<String>.self).elements.compactMap(\.self),
            note: try row.get("note"),
            archivedAt: try row.optional("archived_at"),
            runs: Dictionary(
                counts.compactMap { state, count in RunStanding(rawValue: state).map { ($0, count) } },
                uniquingKeysWith: +
            ),
            stuck: try row.get("stuck"),
            systems: try row.get("systems", as: ColumnArray<String>.self).elements.compactMap(\.self),
            tasks: BenchmarkTask.allCases.filter { tasks.contains($0.rawValue) }
        )
    }
}

extension ConfigurationScores {
    init(_ row: Row) throws(StoreError) {
        self.init(
            suite: SuiteID(rawValue: try row.get("suite_id")),
            suiteName: try row.get("suite_name"),
            submittedAt: try row.get("submitted_at"),
            system: try row.get("system"),
            task: try row.word("task"),
            configuration: try row.get("configuration"),
            firstRun: RunID(rawValue: try row.get("first_run")),
            runs: try row.get("runs"),
            failed: try row.get("failed"),
            basis: try ScoreBasis(row),
            scored: try row.get("scored"),
            mean: try row.optional("mean"),
            deviation: try row.optional("deviation"),
            minimum: try row.optional("minimum"),
            median: try row.optional("median"),
            maximum: try row.optional("maximum")
        )
    }
}
