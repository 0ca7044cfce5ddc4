package import PodiumCore

extension MemoryStore {
    package func setBudget(_ project: String, hours: Double, from: Double?) async throws {
        try write { state, now in
            var budget = state.budgets[project] ?? OwnBudget(hours: hours, from: from ?? now)
            budget.hours = hours
            if let from { (budget.from, budget.deletedSeconds) = (from, 0) }
            state.budgets[project] = budget
            budget.isSpent = state.secondsUsed(of: project, now: now) >= hours * 3600
            state.budgets[project] = budget
        }
    }

    package func removeBudget(_ project: String) async throws -> Bool {
        try write { state, _ in state.budgets.removeValue(forKey: project) != nil }
    }

    package func budgets() async throws -> [Budget] {
        let now = self.now()
        return try read { state in
            state.budgets.sorted { $0.key < $1.key }.map { project, own in
                let runs = state.runs.filter { state.project(of: $0) == project }
                return Budget(
                    project: project,
                    hours: own.hours,
                    from: own.from,
                    usedHours: state.secondsUsed(of: project, now: now) / 3600,
                    isSpent: own.isSpent,
                    running: runs.count { $0.state == .running },
                    ready: runs.count { $0.state == .ready && !$0.isHeld }
                )
            }
        }
    }

    package func enforceBudgets() async throws -> [RunID] {
        try write { state, now in
            for (project, own) in state.budgets where !own.isSpent {
                let isSpent = state.secondsUsed(of: project, now: now) >= own.hours * 3600
                state.budgets[project]?.isSpent = isSpent
            }
            var stopped: [RunID] = []
            for index in state.runs.indices where state.runs[index].state == .running {
                let run = state.runs[index]
                guard state.isOverBudget(run), !run.isToBeCancelled, !run.isToMakeWay else { continue }
                state.runs[index].isToMakeWay = true
                stopped.append(run.id)
            }
            return stopped
        }
    }

    struct OwnBudget {
        var hours: Double
        var from: Double
        /// Of runs that were deleted since.
        var deletedSeconds = 0.0
        var isSpent = false
    }
}

extension MemoryStore.State {
    func project(of run: MemoryStore.Run) -> String? { suites.first { $0.record.id == run.suite }?.project }

    func isOverBudget(_ run: MemoryStore.Run) -> Bool {
        project(of: run).flatMap { budgets[$0] }?.isSpent ?? false
    }

    func secondsUsed(of project: String, now: Double) -> Double {
        guard let budget = budgets[project] else { return 0 }
        return budget.deletedSeconds
            + runs.filter { self.project(of: $0) == project }.map { seconds(of: $0, after: budget.from, now: now) }
            .reduce(0, +)
    }

    func seconds(of run: MemoryStore.Run, after from: Double, now: Double) -> Double {
        run.attempts.map { attempt in
            max(0, (attempt.endedAt ?? now) - max(attempt.startedAt, from)) * Double(run.spec.resources.budgetUnits)
        }.reduce(0, +)
    }

    /// What runs used that are about to go still counts.
    mutating func keepUse(of gone: Set<RunID>, now: Double) {
        for run in runs where gone.contains(run.id) {
            guard let project = project(of: run), let budget = budgets[project] else { continue }
            let used = seconds(of: run, after: budget.from, now: now)
            budgets[project]?.deletedSeconds += used
        }
    }
}
