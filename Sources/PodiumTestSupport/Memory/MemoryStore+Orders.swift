package import PodiumCore

extension MemoryStore {
    package func hold(_ runs: [RunID]) async throws -> [RunID] {
        try write { state, _ in
            let held = state.open(runs).filter { !state.runs[$0].isHeld }
            for index in held { state.runs[index].isHeld = true }
            return held.map { state.runs[$0].id }
        }
    }

    package func release(_ runs: [RunID]) async throws -> [RunID] {
        try write { state, _ in
            let released = state.open(runs).filter { state.runs[$0].isHeld }
            for index in released { state.runs[index].isHeld = false }
            return released.map { state.runs[$0].id }
        }
    }

    package func reorder(_ runs: [RunID], _ move: QueueMove) async throws -> [RunID] {
        try write { state, _ in
            var targets = state.open(runs)
            switch move {
            case .priority(let priority):
                targets.removeAll { state.runs[$0].priority == priority }
                for index in targets {
                    state.runs[index].sortKey += Double(state.runs[index].priority - priority) * Self.priorityBoost
                    state.runs[index].priority = priority
                }
            case .front, .back:
                let others = state.runs.indices.filter {
                    [.blocked, .ready, .waiting].contains(state.runs[$0].state) && !targets.contains($0)
                }.map { state.runs[$0].sortKey }
                guard let first = others.min(), let last = others.max() else { return [] }
                let order = targets.sorted {
                    (state.runs[$0].sortKey, state.runs[$0].id) < (state.runs[$1].sortKey, state.runs[$1].id)
                }
                for (place, index) in order.enumerated() {
                    let distance = Double(move == .front ? order.count - place : place + 1) / 1000
                    state.runs[index].sortKey = move == .front ? first - distance : last + distance
                }
            }
            return targets.map { state.runs[$0].id }.sorted()
        }
    }

    package func extend(_ suite: SuiteID, with added: [AddedRun]) async throws -> SubmittedSuite {
        try write { state, now in
            var numbers: [String: RunID] = [:]
            let share = state.fairShare(of: suite, now: now)
            if let place = state.suites.firstIndex(where: { $0.record.id == suite }) {
                state.suites[place].finish = max(state.suites[place].finish, share.place(of: added.count))
            }
            for (position, run) in added.enumerated() {
                guard let place = state.index(run.like), state.runs[place].suite == suite else {
                    throw Invalid(message: "suite \(suite) has no run \(run.like)")
                }
                let sibling = state.runs[place]
                guard !state.runs.contains(where: { $0.suite == suite && $0.spec.name == run.spec.name }) else {
                    throw Invalid(message: "suite \(suite) has a run \(run.spec.name)")
                }
                var parents = sibling.parents
                if run.spec.kind == .report {
                    parents += numbers.values.sorted().map { Parent(run: $0, condition: .afterAny) }
                }
                state.lastRun += 1
                let id = RunID(rawValue: state.lastRun)
                numbers[run.spec.name] = id
                state.runs.append(
                    Run(
                        id: id,
                        suite: suite,
                        spec: run.spec,
                        parents: parents,
                        sortKey: share.place(of: position) - Double(sibling.priority) * Self.priorityBoost,
                        state: .blocked,
                        priority: sibling.priority,
                        submittedAt: now
                    )
                )
            }
            state.resolveDependencies(of: suite)
            return SubmittedSuite(suite: suite, runs: numbers)
        }
    }
}

extension MemoryStore.State {
    /// The places of those runs that are not over, in the order of their numbers.
    func open(_ ids: [RunID]) -> [Int] {
        Set(ids).sorted().compactMap { index($0) }.filter { !runs[$0].state.isTerminal }
    }
}
