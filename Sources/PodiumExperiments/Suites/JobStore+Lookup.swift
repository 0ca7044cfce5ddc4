package import PodiumCore

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
            let record = try await requireSuite(suite)
            ids += try await runs(suite: record.id, includingTerminal: true).map(\.id).filter { !ids.contains($0) }
        }
        return ids
    }
}
