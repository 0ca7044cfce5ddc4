package import PodiumCore

extension MemoryStore {
    package func reusable(_ keys: [String]) async throws -> [String: RunID] {
        try read { state in
            var found: [String: RunID] = [:]
            for run in state.runs where state.mayBeReused(run) {
                if let key = run.result?.workKey, keys.contains(key) { found[key] = run.id }
            }
            return found
        }
    }

    package func reuse(_ source: RunID, for lease: Lease) async throws -> ReuseAnswer {
        try write { state, now in
            guard let place = state.index(source), state.mayBeReused(state.runs[place]),
                var result = state.runs[place].result
            else { return .refused }
            guard let index = state.index(heldBy: lease) else { return .leaseLost }
            let origin = state.runs[place]
            let from = ReusedRun(
                run: source,
                suite: origin.suite,
                suiteName: state.suites.first { $0.record.id == origin.suite }?.record.name ?? "",
                wallSeconds: origin.attempts.compactMap { a in a.endedAt.map { $0 - a.startedAt } }.reduce(0, +)
            )
            result.workKey = nil
            result.reusedFrom = from
            result.notes.append(from.note)
            for made in state.runs[index].artifacts.indices
            where state.runs[index].artifacts[made].removedAt == nil {
                let record = state.runs[index].artifacts[made]
                if record.artifact.kind == .checkpoint
                    || (record.token != lease.token && record.artifact.kind != .model)
                {
                    state.runs[index].artifacts[made].removedAt = now
                }
            }
            for record in origin.artifacts where record.removedAt == nil && record.artifact.kind != .checkpoint {
                state.add(record.artifact, of: lease, to: index, at: now)
            }
            state.end(index, as: .succeeded, outcome: .succeeded, message: from.description, at: now)
            state.runs[index].attempts[lease.attempt - 1].environment =
                origin.attempts.last { $0.outcome == .succeeded }?.environment
            state.runs[index].result = result
            state.runs[index].predictions = origin.predictions
            state.runs[index].metrics.merge(origin.metrics) { own, other in own.merging(other) { $1 } }
            state.runs[index].progress = origin.progress
            state.log(lease, .info, from.note, at: now)
            state.resolveDependencies(of: state.runs[index].suite)
            return .taken
        }
    }
}

extension MemoryStore.State {
    fileprivate func mayBeReused(_ run: MemoryStore.Run) -> Bool {
        let isArchived = suites.first { $0.record.id == run.suite }?.archivedAt != nil
        let token = run.attempts.last { $0.outcome == .succeeded }?.token
        let lacksFiles = run.artifacts.contains {
            $0.token == token && $0.artifact.kind != .checkpoint && $0.removedAt != nil
        }
        return run.state == .succeeded && run.result?.workKey != nil && run.result?.reusedFrom == nil && !isArchived
            && !lacksFiles
    }
}
