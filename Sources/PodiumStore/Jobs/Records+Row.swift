import PodiumCore

extension RunRecord {
    /// - Parameter specs: nil decodes the row's own.
    init(_ row: Row, specs: DecodedTexts<RunSpec>? = nil) throws(StoreError) {
        let document: String = try row.get("spec")
        let spec =
            if let specs { try specs.value(of: document) } else { try StoredJSON.decode(RunSpec.self, from: document) }
        self.init(
            id: RunID(rawValue: try row.get("id")),
            suite: SuiteID(rawValue: try row.get("suite_id")),
            suiteName: try row.get("suite_name"),
            spec: spec,
            state: try row.word("state"),
            reason: try row.optional("reason"),
            blockedBy: try row.optional("blocked_by", as: Int64.self).map { RunID(rawValue: $0) },
            attempt: try row.get("attempt"),
            submittedAt: try row.get("submitted_at"),
            startedAt: try row.optional("started_at"),
            endedAt: try row.optional("ended_at"),
            progress: try row.optionalJSON("latest"),
            worker: try row.optional("worker_id", as: Int64.self).map { WorkerID(rawValue: $0) },
            isHeld: try row.get("held"),
            priority: try row.get("priority"),
            submitter: try row.optional("submitter"),
            project: try row.optional("project")
        )
    }
}

extension AttemptRecord {
    init(_ row: Row) throws(StoreError) {
        self.init(
            attempt: try row.get("attempt"),
            token: try row.get("token"),
            worker: try row.optional("worker_id", as: Int64.self).map { WorkerID(rawValue: $0) },
            host: try row.optional("host"),
            startedAt: try row.get("started_at"),
            endedAt: try row.optional("ended_at"),
            outcome: try row.optionalWord("outcome"),
            message: try row.optional("message"),
            resumedFromStep: try row.optional("resumed_from_step"),
            environment: try row.optionalJSON("environment")
        )
    }
}

extension SuiteRecord {
    init(_ row: Row) throws(StoreError) {
        self.init(
            id: SuiteID(rawValue: try row.get("id")),
            name: try row.get("name"),
            kind: try row.word("kind"),
            source: try row.get("source"),
            selection: try row.json("selection"),
            submittedAt: try row.get("submitted_at")
        )
    }
}

extension Row {
    /// A word of a closed set.
    func word<T: RawRepresentable<String>>(_ column: String, as type: T.Type = T.self) throws(StoreError) -> T {
        let text: String = try get(column)
        guard let word = T(rawValue: text) else {
            throw StoreError(.value, "the database says \(column) \"\(text)\", which this podium does not know")
        }
        return word
    }

    func optionalWord<T: RawRepresentable<String>>(
        _ column: String,
        as type: T.Type = T.self
    ) throws(StoreError) -> T? {
        guard try optional(column, as: String.self) != nil else { return nil }
        return try word(column)
    }
}
