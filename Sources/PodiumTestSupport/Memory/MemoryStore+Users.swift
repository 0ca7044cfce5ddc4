package import PodiumCore

extension MemoryStore {
    package func submit(_ submission: Submission) async throws -> SubmittedSuite {
        try write { state, now in
            state.lastSuite += 1
            let suite = SuiteID(rawValue: state.lastSuite)
            state.suites.append(
                Suite(
                    record: SuiteRecord(
                        id: suite,
                        name: submission.name,
                        kind: submission.kind,
                        source: submission.source,
                        selection: submission.selection,
                        submittedAt: now
                    ),
                    priority: submission.priority,
                    submitter: submission.submitter,
                    project: submission.project
                )
            )
            state.suites[state.suites.count - 1].seeds = submission.seeds.map { SeedPlanRecord(suite: suite, plan: $0) }
            let share = state.fairShare(of: suite, now: now)
            state.suites[state.suites.count - 1].finish = share.place(of: submission.runs.count)
            var numbers: [String: RunID] = [:]
            for (position, planned) in submission.runs.enumerated() {
                state.lastRun += 1
                let id = RunID(rawValue: state.lastRun)
                let parents = try planned.dependencies.map { dependency in
                    guard let parent = numbers[dependency.parent] else {
                        throw Invalid(
                            message: "\(planned.spec.name) depends on \(dependency.parent), which is not before it"
                        )
                    }
                    return Parent(run: parent, condition: dependency.condition)
                }
                guard numbers.updateValue(id, forKey: planned.spec.name) == nil else {
                    throw Invalid(message: "two runs are called \(planned.spec.name)")
                }
                for input in planned.spec.inputs where numbers[input.parent] == nil {
                    throw Invalid(message: "\(planned.spec.name) starts from \(input.parent), which is not before it")
                }
                state.runs.append(
                    Run(
                        id: id,
                        suite: suite,
                        spec: planned.spec,
                        parents: parents,
                        sortKey: share.place(of: position) - Double(submission.priority) * Self.priorityBoost,
                        state: parents.isEmpty ? .ready : .blocked,
                        priority: submission.priority,
                        submittedAt: now
                    )
                )
            }
            return SubmittedSuite(suite: suite, runs: numbers)
        }
    }

    package func cancel(_ runs: [RunID]) async throws -> [RunID] {
        try write { state, now in
            var open: [RunID] = []
            for id in runs.sorted() {
                guard let index = state.index(id), !state.runs[index].state.isTerminal else { continue }
                open.append(id)
                state.runs[index].isToBeCancelled = true
                if state.runs[index].state != .running { state.runs[index].isHeld = false }
                guard state.runs[index].state != .running else { continue }
                state.runs[index].state = .cancelled
                state.runs[index].endedAt = now
                state.runs[index].notBefore = nil
                state.runs[index].blockedBy = nil
                state.runs[index].reason = "cancelled before it ran"
            }
            for suite in state.suites(of: runs) { state.resolveDependencies(of: suite) }
            return open
        }
    }

    package func retry(_ runs: [RunID]) async throws -> [RunID] {
        try write { state, _ in
            var queued: [RunID] = []
            for id in runs.sorted() {
                guard let index = state.index(id),
                    state.runs[index].state == .failed || state.runs[index].state == .cancelled
                else { continue }
                queued.append(id)
                state.runs[index].state = .blocked
                state.runs[index].isToBeCancelled = false
                state.runs[index].isHeld = false
                state.runs[index].failures = 0
                state.runs[index].startedAt = nil
                state.runs[index].endedAt = nil
                state.runs[index].reason = nil
                state.runs[index].blockedBy = nil
            }
            for suite in state.suites(of: runs) { state.resolveDependencies(of: suite) }
            return queued
        }
    }

    package func runs(suite: SuiteID?, includingTerminal: Bool) async throws -> [RunRecord] {
        try await runs(suite: suite, includingTerminal: includingTerminal, after: nil, limit: .max)
    }

    package func runs(
        suite: SuiteID?,
        includingTerminal: Bool,
        after: RunRecord?,
        limit: Int
    ) async throws -> [RunRecord] {
        let now = self.now()
        return try read { state in
            let ordered = state.runs.filter {
                (suite == nil || $0.suite == suite) && (includingTerminal || !$0.state.isTerminal)
            }.sorted { ($1.suite, $0.id) < ($0.suite, $1.id) }
            let rest = ordered.filter { run in after.map { (run.suite, $0.id) < ($0.suite, run.id) } ?? true }
            return rest.prefix(limit).map { state.record($0, now: now) }
        }
    }

    package func runs(_ ids: [RunID]) async throws -> [RunRecord] {
        let now = self.now()
        return try read { state in
            Set(ids).sorted().compactMap { state.index($0) }.map { state.record(state.runs[$0], now: now) }
        }
    }

    package func run(_ id: RunID) async throws -> RunRecord? {
        try await runs([id]).first
    }

    package func runCounts(suite: SuiteID?) async throws -> [RunStanding: Int] {
        try read { state in
            let runs = state.runs.filter { suite == nil || $0.suite == suite }
            return Dictionary(grouping: runs) { RunStanding($0.state, isHeld: $0.isHeld) }.mapValues(\.count)
        }
    }

    package func artifacts(of run: RunID) async throws -> [ArtifactRecord] {
        try read { state in state.index(run).map { state.runs[$0].artifacts } ?? [] }
    }

    package func suites(named name: String) async throws -> [SuiteRecord] {
        try read { state in
            let newest = state.suites.reversed().map(\.record)
            let numbered = newest.filter { $0.id.description == name }
            return numbered.isEmpty ? newest.filter { $0.name == name } : numbered
        }
    }

    package func history(of suite: SuiteID, metrics: [String], points: Int) async throws -> SuiteHistory? {
        guard let record = try await suites(named: "\(suite)").first, record.id == suite else { return nil }
        var runs: [SuiteHistory.Run] = []
        for run in try await self.runs(suite: suite, includingTerminal: true) {
            var entry = SuiteHistory.Run(
                record: run,
                attempts: try await attempts(of: run.id),
                result: try await result(of: run.id),
                artifacts: try await artifacts(of: run.id)
            )
            for name in metrics where points > 0 {
                let curve = try await metricPoints(of: run.id, name: name, limit: points)
                if !curve.isEmpty { entry.curves[name] = curve }
            }
            runs.append(entry)
        }
        return SuiteHistory(suite: record, runs: runs, seeds: try await seedPlans(of: [suite]).first)
    }

    package func changes(after: ChangeID, suite: SuiteID?, limit: Int) async throws -> [RunChange] {
        try read { state in
            Array(
                state.changes.filter { $0.id > after && (suite == nil || $0.suite == nil || $0.suite == suite) }.prefix(
                    limit
                )
            )
        }
    }

    package func lastChange() async throws -> ChangeID {
        try read { state in ChangeID(transaction: state.lastChange, number: state.lastChange) }
    }

    package func delete(_ runs: [RunID], isRehearsal: Bool) async throws -> Deletion {
        try write { state, now in
            let asked = Set(runs)
            let candidates = state.runs.filter { asked.contains($0.id) }
            var uses: [DeletionPlan.Use] = []
            for user in state.runs {
                for source in candidates {
                    for made in source.artifacts where user.sources.values.contains(made.id) {
                        uses.append(
                            DeletionPlan.Use(source: source.id, user: user.id, what: made.artifact.kind.rawValue)
                        )
                    }
                    if user.result?.reusedFrom?.run == source.id {
                        uses.append(DeletionPlan.Use(source: source.id, user: user.id, what: "result"))
                    }
                    if !user.state.isTerminal, user.parents.contains(where: { $0.run == source.id }) {
                        uses.append(DeletionPlan.Use(source: source.id, user: user.id, what: nil))
                    }
                }
            }
            let plan = DeletionPlan(
                runs: candidates.map {
                    DeletionPlan.Run(id: $0.id, state: $0.state, isBehindFailure: $0.blockedBy != nil)
                },
                uses: uses
            )
            let gone = Set(plan.deleted)
            let suites = Set(candidates.map(\.suite)).filter { suite in
                state.runs.allSatisfy { $0.suite != suite || gone.contains($0.id) }
            }
            let deletion = Deletion(
                runs: plan.deleted,
                suites: suites.sorted(),
                artifacts: candidates.filter { gone.contains($0.id) }.flatMap(\.artifacts),
                kept: plan.kept
            )
            if isRehearsal { return deletion }
            state.keepUse(of: gone, now: now)
            state.runs.removeAll { gone.contains($0.id) }
            state.suites.removeAll { suites.contains($0.record.id) }
            state.changes.removeAll { $0.run.map(gone.contains) ?? false }
            for index in state.runs.indices {
                state.runs[index].parents.removeAll { gone.contains($0.run) }
                if let cause = state.runs[index].blockedBy, gone.contains(cause) { state.runs[index].blockedBy = nil }
            }
            return deletion
        }
    }

    package func attempts(of run: RunID) async throws -> [AttemptRecord] {
        try read { state in state.index(run).map { state.runs[$0].attempts } ?? [] }
    }

    package func suites() async throws -> [SuiteRecord] {
        try read { state in state.suites.reversed().map(\.record) }
    }

    package func suite(named name: String?) async throws -> SuiteRecord? {
        try read { state in
            let newest = state.suites.reversed().map(\.record)
            guard let name else { return newest.first }
            return newest.first { $0.id.description == name } ?? newest.first { $0.name == name }
        }
    }

    package func logLines(of run: RunID, after: Int64, limit: Int) async throws -> [LogRecord] {
        try read { state in Array((state.logs[run] ?? []).filter { $0.sequence > after }.prefix(limit)) }
    }

    package func metricPoints(of run: RunID, name: String, limit: Int) async throws -> [MetricPoint] {
        try read { state in
            guard let index = state.index(run) else { return [] }
            let points = (state.runs[index].metrics[name] ?? [:]).sorted { $0.key < $1.key }
                .map { MetricPoint(step: $0.key, value: $0.value) }
            guard points.count > limit else { return points }
            let places = Set((0..<limit).map { $0 * (points.count - 1) / max(limit - 1, 1) })
            return points.enumerated().filter { places.contains($0.offset) }.map(\.element)
        }
    }

    package func result(of run: RunID) async throws -> RunResult? {
        try read { state in state.index(run).flatMap { state.runs[$0].result } }
    }

    package func predictions(of run: RunID) async throws -> [ExamplePrediction] {
        try read { state in state.index(run).map { state.runs[$0].predictions } ?? [] }
    }
}

extension MemoryStore.State {
    /// Writes the feed's entries for what differs from an earlier state.
    mutating func noteChanges(since before: MemoryStore.State, at now: Double) {
        let earlier = Dictionary(uniqueKeysWithValues: before.runs.map { ($0.id, $0) })
        for index in runs.indices {
            let isReady = runs[index].state == .ready && !runs[index].isHeld
            runs[index].readySince = isReady ? runs[index].readySince ?? now : nil
        }
        for run in runs {
            let old = earlier[run.id]
            let isBlockedAnew = old != nil && run.state == .blocked && old?.blockedBy != run.blockedBy
            if old?.state != run.state || isBlockedAnew {
                let cause = run.state == .blocked ? run.blockedBy.map { "blocked by \($0)" } : nil
                note(run, .state, from: old?.state, reason: cause ?? run.reason, at: now)
            }
            if old?.isToBeCancelled == false, run.isToBeCancelled, run.state == .running {
                note(run, .cancelRequested, from: nil, reason: nil, at: now)
            }
            if old?.isToMakeWay == false, run.isToMakeWay, run.state == .running {
                note(run, .preemptRequested, from: nil, reason: nil, at: now)
            }
            if let old, old.isHeld != run.isHeld || old.sortKey != run.sortKey {
                let kind: RunChange.Kind = old.isHeld == run.isHeld ? .reordered : run.isHeld ? .held : .released
                note(run, kind, from: nil, reason: nil, at: now)
            }
            for made in run.artifacts.dropFirst(old?.artifacts.count ?? 0) {
                let step = made.artifact.step.map { " of step \($0)" } ?? ""
                note(run, .artifact, from: nil, reason: made.artifact.kind.rawValue + step, at: now)
            }
        }
        noteSuites(since: before, at: now)
    }

    /// What happened to suites as a whole, and to budgets of projects.
    private mutating func noteSuites(since before: MemoryStore.State, at now: Double) {
        let left = Set(runs.map(\.id))
        let gone = Dictionary(grouping: before.runs.filter { !left.contains($0.id) }, by: \.suite)
        for (suite, runs) in gone.sorted(by: { $0.key < $1.key }) {
            note(suite, .deleted, reason: "\(runs.count)", at: now)
        }
        for suite in suites {
            guard let old = before.suites.first(where: { $0.record.id == suite.record.id }) else { continue }
            let isSame =
                old.tags == suite.tags && old.note == suite.note
                && (old.archivedAt == nil) == (suite.archivedAt == nil)
            if !isSame { note(suite.record.id, .annotated, reason: nil, at: now) }
        }
        for project in Set(before.budgets.keys).union(budgets.keys).sorted() {
            let (old, new) = (before.budgets[project], budgets[project])
            let isSame = old?.hours == new?.hours && old?.from == new?.from && old?.isSpent == new?.isSpent
            if !isSame { note(nil, .budget, reason: project, at: now) }
        }
    }

    private mutating func note(
        _ run: MemoryStore.Run,
        _ kind: RunChange.Kind,
        from: RunState?,
        reason: String?,
        at now: Double
    ) {
        note(
            run.suite,
            kind,
            run: run.id,
            from: from,
            to: run.state,
            attempt: run.attempts.count,
            reason: reason,
            at: now
        )
    }

    private mutating func note(
        _ suite: SuiteID?,
        _ kind: RunChange.Kind,
        run: RunID? = nil,
        from: RunState? = nil,
        to: RunState? = nil,
        attempt: Int = 0,
        reason: String?,
        at now: Double
    ) {
        lastChange += 1
        changes.append(
            RunChange(
                id: ChangeID(transaction: lastChange, number: lastChange),
                suite: suite,
                run: run,
                kind: kind,
                from: from,
                to: to,
                attempt: attempt,
                reason: reason,
                at: now
            )
        )
    }

    func suites(of runs: [RunID]) -> Set<SuiteID> {
        Set(runs.compactMap { index($0).map { self.runs[$0].suite } })
    }
}
