package import PodiumCore

extension MemoryStore {
    package func seedPlans(of suites: [SuiteID]) async throws -> [SeedPlanRecord] {
        try read { state in state.suites.filter { suites.contains($0.record.id) }.compactMap(\.seeds) }
    }

    package func dueSeedPlans() async throws -> [SeedPlanRecord] {
        try read { state in
            state.suites.filter { state.dueReport(of: $0.record.id) != nil }.compactMap(\.seeds)
        }
    }

    package func store(_ look: SeedLook, of suite: SuiteID, adding runs: [AddedRun]) async throws -> Bool {
        try write { state, now in
            guard let report = state.dueReport(of: suite),
                let place = state.suites.firstIndex(where: { $0.record.id == suite }),
                (state.suites[place].seeds?.looks.count).map({ $0 == look.number - 1 }) == true
            else { return false }
            let isAsSeen = look.scores.allSatisfy { seen in
                let run = state.runs.first { run in
                    run.suite == suite && run.spec.kind == .finetune && run.spec.system == seen.system
                        && run.spec.task == seen.task && run.spec.work.seed == seen.seed
                }
                return run?.state == seen.state
            }
            guard isAsSeen else { return false }
            state.suites[place].seeds?.looks.append(look)
            state.suites[place].seeds?.times.append(now)
            let added = try state.add(runs, to: suite, isHeld: state.runs[report].isHeld, now: now)
            state.runs[report].parents += added.values.sorted().map { Parent(run: $0, condition: .afterAny) }
            state.resolveDependencies(of: suite)
            return true
        }
    }
}

extension MemoryStore.State {
    func hasOpenPlan(_ suite: SuiteID) -> Bool {
        suites.first { $0.record.id == suite }?.seeds.map { !$0.isOver } ?? false
    }

    /// The place of the report that waits for a look of the suite's plan; nil where none is due.
    func dueReport(of suite: SuiteID) -> Int? {
        guard hasOpenPlan(suite) else { return nil }
        let isOver = runs.allSatisfy { run in
            run.suite != suite || run.spec.kind == .report || run.state.isTerminal
                || (run.state == .blocked && run.blockedBy != nil)
        }
        return isOver
            ? runs.firstIndex { $0.suite == suite && $0.spec.kind == .report && $0.state == .blocked } : nil
    }
}
