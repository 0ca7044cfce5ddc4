package import PodiumCore

extension MemoryStore {
    package func submit(_ submission: Submission) async throws -> SubmittedSuite {
        try write { state, now in
            let suite = SuiteID(rawValue: Int64(state.suites.count + 1))
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
                    priority: submission.priority
                )
            )
            var numbers: [String: RunID] = [:]
            for planned in submission.runs {
                let id = RunID(rawValue: Int64(state.runs.count + 1))
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
                state.runs.append(
                    Run(
                        id: id,
                        suite: suite,
                        spec: planned.spec,
                        parents: parents,
                        sortKey: now - Double(submission.priority) * Self.priorityBoost,
                        state: parents.isEmpty ? .ready : .blocked,
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
        try write { state, now in
            state.runs.filter { (suite == nil || $0.suite == suite) && (includingTerminal || !$0.state.isTerminal) }
                .sorted { ($1.suite, $0.id) < ($0.suite, $1.id) }
                .map { state.record($0, now: now) }
        }
    }

    package func run(_ id: RunID) async throws -> RunRecord? {
        try write { state, now in state.index(id).map { state.record(state.runs[$0], now: now) } }
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
    func suites(of runs: [RunID]) -> Set<SuiteID> {
        Set(runs.compactMap { index($0).map { self.runs[$0].suite } })
    }
}
