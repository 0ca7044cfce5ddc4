package import PodiumCore
internal import PodiumPrimitives

extension JobStore {
    /// The suite of that number or name, or an error that lists what there is; nil asks for the newest.
    package func requireSuite(_ name: String?) async throws -> SuiteRecord {
        if let suite = try await self.suite(named: name) { return suite }
        guard let name else {
            throw ExperimentError(.invalidRequest, "there is no suite yet; queue one with `podium submit FILE`")
        }
        let known = Array(Set(try await suites().map(\.name))).sorted()
        throw ExperimentError(
            .invalidRequest,
            "there is no suite \"\(name)\"; known: \(known.isEmpty ? "none" : known.joined(separator: ", "))"
        )
    }

    /// As `requireSuite`, for commands that change something: a name that several suites have is refused.
    package func requireOneSuite(_ name: String) async throws -> SuiteRecord {
        let found = try await suites(named: name)
        guard found.count > 1 else { return try await requireSuite(name) }
        let numbers = found.map { "\($0.id) of \(LocalTime.text($0.submittedAt))" }
        throw ExperimentError(
            .invalidRequest,
            "several suites are called \"\(name)\"; name one by its number: \(numbers.joined(separator: ", "))"
        )
    }

    /// What to tell a user who named a suite by a name that others have too; nil where there is no doubt.
    package func ambiguity(of name: String?, chosen: SuiteRecord) async throws -> String? {
        guard let name, try await suites(named: name).count > 1 else { return nil }
        return "several suites are called \"\(name)\"; this is the newest, number \(chosen.id)"
    }

    /// The run of that number, or an error.
    package func requireRun(_ number: Int64) async throws -> RunRecord {
        guard let run = try await self.run(RunID(rawValue: number)) else {
            throw ExperimentError(.invalidRequest, "there is no run \(number); `podium queue --all` lists them")
        }
        return run
    }

    /// The runs of these numbers (each must exist) and of a suite.
    package func selected(_ numbers: [Int64], suite: String?) async throws -> [RunID] {
        var ids: [RunID] = []
        for number in numbers { ids.append(try await requireRun(number).id) }
        if let suite {
            let record = try await requireOneSuite(suite)
            ids += try await runs(suite: record.id, includingTerminal: true).map(\.id).filter { !ids.contains($0) }
        }
        return ids
    }
}
