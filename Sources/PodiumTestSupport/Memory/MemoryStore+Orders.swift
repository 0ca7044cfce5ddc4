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
            guard !state.hasOpenPlan(suite) else {
                throw Invalid(message: "the plan of seeds of suite \(suite) is not over")
            }
            let numbers = try state.add(added, to: suite, isHeld: false, now: now)
            state.resolveDependencies(of: suite)
            return SubmittedSuite(suite: suite, runs: numbers)
        }
    }
}

extension MemoryStore.State {
    /// Stores runs that join a suite, blocked.
    mutating func add(
        _ added: [AddedRun],
        to suite: SuiteID,
        isHeld: Bool,
        now: Double
    ) throws -> [String: RunID] {
        var numbers: [String: RunID] = [:]
        let share = fairShare(of: suite, now: now)
        if let place = suites.firstIndex(where: { $0.record.id == suite }) {
            suites[place].finish = max(suites[place].finish, share.place(of: added.count))
        }
        for (position, run) in added.enumerated() {
            guard let place = index(run.like), runs[place].suite == suite else {
                throw MemoryStore.Invalid(message: "suite \(suite) has no run \(run.like)")
            }
            let sibling = runs[place]
            guard !runs.contains(where: { $0.suite == suite && $0.spec.name == run.spec.name }) else {
                throw MemoryStore.Invalid(message: "suite \(suite) has a run \(run.spec.name)")
            }
            var parents = sibling.parents
            if run.spec.kind == .report {
                parents += numbers.values.sorted().map { MemoryStore.Parent(run: $0, condition: .afterAny) }
            }
            lastRun += 1
            let id = RunID(rawValue: lastRun)
            numbers[run.spec.name] = id
            runs.append(
                MemoryStore.Run(
                    id: id,
                    suite: suite,
                    spec: run.spec,
                    parents: parents,
                    sortKey: share.place(of: position) - Double(sibling.priority) * MemoryStore.priorityBoost,
                    state: .blocked,
                    isHeld: isHeld,
                    priority: sibling.priority,
                    submittedAt: now
                )
            )
        }
        return numbers
    }

    /// The places of those runs that are not over, in the order of their numbers.
    func open(_ ids: [RunID]) -> [Int] {
        Set(ids).sorted().compactMap { index($0) }.filter { !runs[$0].state.isTerminal }
    }
}
