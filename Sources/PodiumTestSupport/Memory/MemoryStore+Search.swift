package import PodiumCore

/// History across suites.
extension MemoryStore {
    package func history(
        _ filter: HistoryFilter,
        order: HistoryOrder,
        offset: Int,
        limit: Int
    ) async throws -> [HistoryEntry] {
        try read { state in
            let found = state.runs.map { state.entry($0) }.filter(filter.matches).sorted { $0.id > $1.id }
            let ordered =
                switch order {
                case .newest: found
                case .oldest: Array(found.reversed())
                case .score: found.stablySorted { ($0.score ?? -.infinity) > ($1.score ?? -.infinity) }
                case .duration: found.stablySorted { ($0.seconds ?? -.infinity) > ($1.seconds ?? -.infinity) }
                case .system: found.stablySorted { $0.system.utf8.lexicographicallyPrecedes($1.system.utf8) }
                case .task: found.stablySorted { ($0.task?.rawValue ?? "~") < ($1.task?.rawValue ?? "~") }
                }
            return Array(ordered.dropFirst(offset).prefix(limit))
        }
    }

    package func historyCount(_ filter: HistoryFilter) async throws -> Int {
        try await history(filter, order: .newest, offset: 0, limit: .max).count
    }

    package func suiteSummaries(_ filter: HistoryFilter, before: SuiteID?, limit: Int) async throws -> [SuiteSummary] {
        let matching = Set(try await history(filter, order: .newest, offset: 0, limit: .max).map(\.suite))
        return try read { state in
            let suites = state.suites.reversed().filter { suite in
                let record = suite.record
                let passes =
                    filter.isAboutRuns
                    ? matching.contains(record.id)
                    : (filter.suites.isEmpty || filter.suites.contains(record.id))
                        && filter.tag.map(suite.tags.contains) ?? true
                        && record.submittedAt >= filter.submittedFrom ?? -.infinity
                        && record.submittedAt < filter.submittedBefore ?? .infinity
                        && (filter.includesArchived || suite.archivedAt == nil)
                return passes && before.map { record.id < $0 } ?? true
            }
            return suites.prefix(limit).map { state.summary($0) }
        }
    }

    package func configurations(_ filter: HistoryFilter) async throws -> [ConfigurationScores] {
        try read { state in
            struct Group: Hashable {
                var suite: SuiteID
                var system: String
                var task: BenchmarkTask
                var configuration: String
                var basis: ScoreBasis?
            }
            var groups: [Group: [HistoryEntry]] = [:]
            for run in state.runs {
                let entry = state.entry(run)
                guard filter.matches(entry), let task = entry.task else { continue }
                let key = Group(
                    suite: entry.suite,
                    system: entry.system,
                    task: task,
                    configuration: Self.configuration(of: run.spec),
                    basis: entry.basis
                )
                groups[key, default: []].append(entry)
            }
            return groups.map { key, runs in
                let scores = runs.compactMap(\.score)
                let mean = scores.isEmpty ? nil : scores.reduce(0, +) / Double(scores.count)
                let squares = mean.map { mean in scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } }
                return ConfigurationScores(
                    suite: key.suite,
                    suiteName: runs[0].suiteName,
                    submittedAt: runs.map(\.submittedAt).min() ?? 0,
                    system: key.system,
                    task: key.task,
                    configuration: key.configuration,
                    firstRun: runs.map(\.id).min() ?? runs[0].id,
                    runs: runs.count,
                    failed: runs.filter { $0.state == .failed || $0.state == .cancelled }.count,
                    basis: key.basis,
                    scored: scores.count,
                    mean: mean,
                    deviation: scores.count > 1 ? squares.map { ($0 / Double(scores.count - 1)).squareRoot() } : nil,
                    minimum: scores.min(),
                    median: Self.median(scores),
                    maximum: scores.max()
                )
            }.sorted { ($0.suite, $0.firstRun) < ($1.suite, $1.firstRun) }
        }
    }

    private static func configuration(of spec: RunSpec) -> String {
        spec.work.settings.map { "\($0.key)=\($0.value)" }.joined(separator: ";")
    }

    package func runs(of configurations: [ConfigurationScores]) async throws -> [Int: [RunID]] {
        try read { state in
            var found: [Int: [RunID]] = [:]
            for run in state.runs where run.state == .succeeded {
                for (place, wanted) in configurations.enumerated()
                where wanted.suite == run.suite && wanted.system == run.spec.system && wanted.task == run.spec.task
                    && wanted.configuration == Self.configuration(of: run.spec)
                {
                    found[place, default: []].append(run.id)
                }
            }
            return found
        }
    }

    package func histories(of runs: [RunID]) async throws -> [SuiteHistory.Run] {
        var histories: [SuiteHistory.Run] = []
        for record in try await self.runs(runs) {
            histories.append(
                SuiteHistory.Run(
                    record: record,
                    attempts: [],
                    result: try await result(of: record.id),
                    artifacts: try await artifacts(of: record.id)
                )
            )
        }
        return histories
    }

    private static func median(_ values: [Double]) -> Double? {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return nil }
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }

    package func annotate(_ suite: SuiteID, _ annotation: SuiteAnnotation) async throws -> SuiteSummary? {
        try write { state, now in
            guard let place = state.suites.firstIndex(where: { $0.record.id == suite }) else { return nil }
            let tags = Set(state.suites[place].tags + annotation.addedTags).subtracting(annotation.removedTags)
            state.suites[place].tags = tags.sorted()
            if let note = annotation.note { state.suites[place].note = note }
            switch annotation.archived {
            case true?: state.suites[place].archivedAt = state.suites[place].archivedAt ?? now
            case false?: state.suites[place].archivedAt = nil
            case nil: break
            }
            return state.summary(state.suites[place])
        }
    }
}

extension MemoryStore.State {
    fileprivate func entry(_ run: MemoryStore.Run) -> HistoryEntry {
        let suite = suites.first { $0.record.id == run.suite }
        let spec = run.spec
        return HistoryEntry(
            id: run.id,
            suite: run.suite,
            suiteName: suite?.record.name ?? "",
            tags: suite?.tags ?? [],
            isArchived: suite?.archivedAt != nil,
            name: spec.name,
            kind: spec.kind,
            system: spec.system,
            task: spec.task,
            model: spec.model?.description,
            seed: spec.work.seed,
            state: RunStanding(run.state, isHeld: run.isHeld),
            reason: run.reason,
            attempt: run.attempts.count,
            submittedAt: run.submittedAt,
            startedAt: run.startedAt,
            endedAt: run.endedAt,
            score: run.result?.score,
            basis: run.result.flatMap(Self.basis)
        )
    }

    /// The version is not the database's, but tells the same data sets apart.
    private static func basis(of result: RunResult) -> ScoreBasis? {
        let uses = result.datasets.filter(\.split.isDevelopment)
        guard !uses.isEmpty else { return nil }
        let files = uses.flatMap(\.files).map { "\($0.name) \($0.sha256)" }.sorted().joined(separator: "\n")
        let origins = Set(uses.map(\.origin))
        return ScoreBasis(
            split: "dev",
            origin: origins.contains(.sample) ? .sample : origins == [.official] ? .official : .modified,
            version: files,
            examples: result.examples
        )
    }

    fileprivate func summary(_ suite: MemoryStore.Suite) -> SuiteSummary {
        let own = runs.filter { $0.suite == suite.record.id }
        let isOver = !own.isEmpty && own.allSatisfy(\.state.isTerminal)
        return SuiteSummary(
            id: suite.record.id,
            name: suite.record.name,
            kind: suite.record.kind,
            submittedAt: suite.record.submittedAt,
            endedAt: isOver ? own.compactMap(\.endedAt).max() : nil,
            tags: suite.tags,
            note: suite.note,
            archivedAt: suite.archivedAt,
            runs: Dictionary(grouping: own) { RunStanding($0.state, isHeld: $0.isHeld) }.mapValues(\.count),
            stuck: own.count { $0.state == .blocked && $0.blockedBy != nil },
            systems: Set(own.filter { $0.spec.kind != .report }.map(\.spec.system)).sorted(),
            tasks: BenchmarkTask.allCases.filter { task in own.contains { $0.spec.task == task } }
        )
    }
}

extension Array {
    /// Keeps the order of elements that are equal in it.
    fileprivate func stablySorted(by precedes: (Element, Element) -> Bool) -> [Element] {
        enumerated().sorted { a, b in
            precedes(a.element, b.element) || (!precedes(b.element, a.element) && a.offset < b.offset)
        }.map(\.element)
    }
}
