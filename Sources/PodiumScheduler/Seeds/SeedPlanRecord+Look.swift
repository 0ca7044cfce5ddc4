package import PodiumCore
import PodiumEval

extension SeedPlanRecord {
    /// The scores that the next look is of: every seed of its group, with or without a score.
    package func group(in runs: [SuiteHistory.Run]) -> [SeedLook.Score] {
        let seeds = plan.seeds(before: looks.count + 1)
        return plan.tasks.flatMap { task in
            running(task).flatMap { system in
                seeds.map { seed in
                    let run = runs.first { $0.record.spec.isSeed(seed, of: system, on: task) }
                    let score = run?.record.state == .succeeded ? run?.result?.score : nil
                    return SeedLook.Score(
                        system: system,
                        task: task,
                        seed: seed,
                        state: run?.record.state,
                        score: score.flatMap { $0.isFinite ? $0 : nil }
                    )
                }
            }
        }
    }

    /// What the next look says; a function of the plan, the looks before it and the scores.
    package func nextLook(_ scores: [SeedLook.Score]) -> SeedLook {
        var look = SeedLook(number: looks.count + 1, scores: scores, tests: [], comparisons: [])
        for (place, task) in plan.tasks.enumerated() {
            // A task whose test is over stays as it is, while others go on.
            if let last = looks.last, running(task).isEmpty {
                look.tests += last.tests.filter { $0.task == task }
                look.comparisons += last.comparisons.filter { $0.task == task }
                continue
            }
            let (test, comparisons) = self.test(task, place, scores)
            look.tests.append(test)
            look.comparisons += comparisons
        }
        return look
    }

    private func test(
        _ task: BenchmarkTask,
        _ place: Int,
        _ scores: [SeedLook.Score]
    ) -> (SeedLook.Test, [SeedLook.Comparison]) {
        let groups = (looks.map(\.scores) + [scores]).map { group in
            plan.systems.map { system in
                group.filter { $0.system == system && $0.task == task }.compactMap(\.score)
            }
        }
        let number = Dictionary(uniqueKeysWithValues: plan.systems.enumerated().map { ($1, $0) })
        let pairs = plan.pairs.map { SequentialTest.Pair(number[$0.first] ?? 0, number[$0.second] ?? 0) }
        var test = SequentialTest(
            comparisons: pairs,
            levels: plan.looks.map(\.level),
            permutations: plan.permutations,
            seed: plan.permutationSeed &+ UInt64(place)
        )
        var decidedAt = [Int?](repeating: nil, count: pairs.count)
        var result: SequentialTest.Look?
        for (number, group) in groups.enumerated() {
            let look = test.look(at: group)
            for (pair, decision) in look.decisions.enumerated() where decision != .undecided {
                decidedAt[pair] = decidedAt[pair] ?? number + 1
            }
            result = look
        }
        let all = plan.systems.indices.map { system in groups.flatMap { $0[system] } }
        let means = all.map { $0.isEmpty ? nil : $0.reduce(0, +) / Double($0.count) }
        // A system of which no run of this group has a score would have none of the next either.
        let alive = plan.systems.indices.filter { !(groups.last?[$0].isEmpty ?? true) }
        let leader = alive.max { (means[$0] ?? -.infinity) < (means[$1] ?? -.infinity) }
        let isAsked = pairs.map { pair in
            plan.compare != .leader || leader == pair.first || leader == pair.second
        }
        let isAtEnd = groups.count == plan.looks.count
        let goingOn = pairs.indices.filter { index in
            test.decisions[index] == .undecided && isAsked[index] && !isAtEnd && alive.contains(pairs[index].first)
                && alive.contains(pairs[index].second)
        }
        let next = plan.systems.indices.filter { system in
            goingOn.contains { pairs[$0].first == system || pairs[$0].second == system }
        }
        let comparisons = pairs.indices.map { index in
            let (first, second) = (pairs[index].first, pairs[index].second)
            let decision: SeedLook.Decision =
                switch test.decisions[index] {
                case .larger: .larger
                case .smaller: .smaller
                case .undecided: next.isEmpty ? (isAsked[index] ? .notSeparated : .notAsked) : .open
                }
            return SeedLook.Comparison(
                task: task,
                pair: plan.pairs[index],
                decision: decision,
                decidedAt: decidedAt[index],
                difference: means[first].flatMap { one in means[second].map { one - $0 } },
                firstSeeds: all[first].count,
                secondSeeds: all[second].count
            )
        }
        let outcome = SeedLook.Test(
            task: task,
            boundary: result.flatMap { $0.boundary.isFinite ? $0.boundary : nil },
            spent: result?.spent ?? 0,
            permutations: result?.permutations ?? 0,
            next: next.map { plan.systems[$0] }
        )
        return (outcome, comparisons)
    }

    /// The runs of the group after a look that is not the last: like those of the first group, with seeds of their own.
    package func runs(after look: SeedLook, in runs: [SuiteHistory.Run]) -> [AddedRun] {
        guard !look.isLast else { return [] }
        let seeds = plan.seeds(before: look.number + 1)
        return look.tests.flatMap { test in
            test.next.flatMap { system -> [AddedRun] in
                let sibling = runs.first { run in
                    let spec = run.record.spec
                    return spec.kind == .finetune && spec.system == system && spec.task == test.task
                }
                guard let sibling else { return [] }
                return seeds.map { AddedRun(spec: sibling.record.spec.with(seed: $0), like: sibling.record.id) }
            }
        }
    }
}

extension RunSpec {
    fileprivate func isSeed(_ seed: UInt64, of system: String, on task: BenchmarkTask) -> Bool {
        kind == .finetune && self.system == system && self.task == task && work.seed == seed
    }
}
