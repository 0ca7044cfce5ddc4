package import PodiumCore

extension SuiteHistory {
    /// What a leaderboard needs of one suite or of several: the runs that count and numbers of all others.
    ///
    /// The database sums up a sweep, so that a suite of a hundred thousand runs costs no more than the runs of its best
    /// configurations. Systems of several suites that share a name are told apart by their suite.
    package static func leaderboard(_ suites: [SuiteRecord], from store: any JobStore) async throws -> SuiteHistory {
        var histories: [SuiteHistory] = []
        for suite in suites { histories.append(try await leaderboard(suite, from: store)) }
        return joined(histories)
    }

    private static func leaderboard(_ suite: SuiteRecord, from store: any JobStore) async throws -> SuiteHistory {
        guard suite.selection.rule == .best else {
            // Every configuration is shown, so every run counts.
            let history = try await load(suite.id, from: store, curvePoints: 0)
            return history ?? SuiteHistory(suite: suite, runs: [])
        }
        let groups = try await store.configurations(HistoryFilter(suites: [suite.id], includesArchived: true))
        var sweeps = Self.sweeps(groups)
        let chosen = Self.best(sweeps.map(\.sweep))
        let members = try await store.runs(of: chosen.map { sweeps[$0].key })
        for (number, place) in chosen.enumerated() { sweeps[place].sweep.members = members[number] ?? [] }
        // One run of each other configuration says what tells them apart.
        let told = sweeps.indices.filter { !chosen.contains($0) }.prefix(labelLimit).map { sweeps[$0].sweep.firstRun }
        let unscored = chosen.filter { sweeps[$0].sweep.members.isEmpty }.map { sweeps[$0].sweep.firstRun }
        let counted = try await store.histories(of: sweeps.flatMap(\.sweep.members))
        let others = try await store.runs(told + unscored).map { Run(record: $0, attempts: [], result: nil) }
        return SuiteHistory(suite: suite, runs: counted + others, sweeps: sweeps.map(\.sweep))
    }

    /// Configurations whose settings are read to name the chosen one.
    private static let labelLimit = 1000

    /// Rows of one configuration differ in what the scores were taken on; runs without a score are in a row of their own.
    private static func sweeps(_ groups: [ConfigurationScores]) -> [(key: ConfigurationScores, sweep: Sweep)] {
        struct Key: Hashable {
            var system: String
            var task: BenchmarkTask
            var configuration: String
        }
        var places: [Key: Int] = [:]
        var sweeps: [(key: ConfigurationScores, sweep: Sweep)] = []
        for group in groups {
            let key = Key(system: group.system, task: group.task, configuration: group.configuration)
            guard let place = places[key] else {
                places[key] = sweeps.count
                let sweep = Sweep(
                    system: group.system,
                    task: group.task,
                    firstRun: group.firstRun,
                    members: [],
                    runs: group.runs,
                    failed: group.failed,
                    mean: group.mean
                )
                sweeps.append((group, sweep))
                continue
            }
            sweeps[place].sweep.runs += group.runs
            sweeps[place].sweep.failed += group.failed
            sweeps[place].sweep.mean = sweeps[place].sweep.mean ?? group.mean
        }
        return sweeps
    }

    /// The best of every system and task, the first of equals.
    private static func best(_ sweeps: [Sweep]) -> [Int] {
        struct Cell: Hashable {
            var system: String
            var task: BenchmarkTask
        }
        var best: [Cell: Int] = [:]
        for (place, sweep) in sweeps.enumerated() {
            let cell = Cell(system: sweep.system, task: sweep.task)
            if let known = best[cell], (sweeps[known].mean ?? -2) >= (sweep.mean ?? -2) { continue }
            best[cell] = place
        }
        return best.values.sorted()
    }

    /// One history of several suites.
    package static func joined(_ histories: [SuiteHistory]) -> SuiteHistory {
        guard histories.count > 1, var result = histories.first else {
            return histories[0]
        }
        result.suite.name = histories.map(\.suite.name).joined(separator: " + ")
        let names = histories.map { Set($0.runs.map(\.record.spec.system) + ($0.sweeps ?? []).map(\.system)) }
        result.runs = []
        result.sweeps = histories.contains { $0.sweeps != nil } ? [] : nil
        for (place, history) in histories.enumerated() {
            func name(_ system: String) -> String {
                let isShared = names.enumerated().contains { $0.offset != place && $0.element.contains(system) }
                return isShared ? "\(system) (\(history.suite.id) \(history.suite.name))" : system
            }
            result.runs += history.runs.map { run in
                var run = run
                run.record.spec.system = name(run.record.spec.system)
                return run
            }
            result.sweeps? += (history.sweeps ?? history.ownSweeps).map { sweep in
                var sweep = sweep
                sweep.system = name(sweep.system)
                return sweep
            }
        }
        return result
    }

    /// The sweeps of a history that has all of its runs.
    private var ownSweeps: [Sweep] {
        let history = reported
        let systems = Set(history.runs.map(\.record.spec.system)).sorted()
        return systems.flatMap { system in
            BenchmarkTask.allCases.flatMap { task in
                Configurations(history, system: system, task: task).all.compactMap { configuration in
                    configuration.members.first.map { first in
                        Sweep(
                            system: system,
                            task: task,
                            firstRun: first.record.id,
                            members: configuration.members.filter { $0.record.state == .succeeded }.map(\.record.id),
                            runs: configuration.runs,
                            failed: configuration.failed,
                            mean: configuration.mean
                        )
                    }
                }
            }
        }
    }
}
