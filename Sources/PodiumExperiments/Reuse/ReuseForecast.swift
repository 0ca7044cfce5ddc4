package import PodiumCore

/// Which runs of a submission are done already, as far as this machine can see.
///
/// A worker decides when it takes a run up, by what it finds then.
package struct ReuseForecast: Sendable, Equatable {
    /// Runs with an earlier result, by name.
    package private(set) var sources: [String: RunID] = [:]
    /// All runs but reports.
    package let runs: Int

    /// - Parameter engine: that will run the submission.
    package init(
        _ submission: Submission,
        engine: EngineIdentity,
        dataDirectory: String,
        store: any JobStore
    ) async throws {
        runs = submission.runs.count { $0.spec.kind != .report }
        var content = WorkContent(engine: engine, remembers: true)
        var snapshots: [String: [ArtifactSelector]] = [:]
        for input in submission.runs.flatMap(\.spec.inputs) where input.kind == .model {
            switch input.selector {
            case .step, .share: snapshots[input.parent, default: []].append(input.selector)
            case .last, .best: break
            }
        }
        // What starts from another run's model is known when that one is.
        var open = submission.runs.map(\.spec).filter { $0.mayReuse && $0.kind != .report }
        var made: [String: [ArtifactRecord]] = [:]
        while true {
            let next = open.filter { spec in spec.inputs.allSatisfy { made[$0.parent] != nil } }
            guard !next.isEmpty else { return }
            let names = Set(next.map(\.name))
            open.removeAll { names.contains($0.name) }
            var keys: [String: String] = [:]
            for spec in next {
                let inputs = spec.inputs.map { input in
                    let candidates = made[input.parent, default: []].filter { $0.artifact.kind == input.kind }
                    return ResolvedInput(input: input, source: input.selector.choose(from: candidates))
                }
                let claim = Claim(
                    lease: Lease(run: RunID(rawValue: 0), attempt: 1, token: 0),
                    suite: SuiteID(rawValue: 0),
                    spec: spec,
                    inputs: inputs,
                    snapshots: snapshots[spec.name] ?? []
                )
                // What cannot be read here is not known here.
                let assignment = EngineAssignment(claim: claim, dataDirectory: dataDirectory)
                if let key = try? content.key(of: assignment) { keys[spec.name] = key }
            }
            let found = try await store.reusable(Set(keys.values).sorted())
            for (name, key) in keys { sources[name] = found[key] }
            let parents = Set(open.flatMap(\.inputs).map(\.parent))
            for (name, source) in sources where parents.contains(name) && made[name] == nil {
                made[name] = try await store.artifacts(of: source).filter { $0.removedAt == nil }
            }
        }
    }

    /// For the command line: `12 of 45 runs are here already, and their results are taken over; --fresh runs them again`; nil
    /// where none is.
    package var text: String? {
        summary.map { "\($0); --fresh runs \(sources.count == 1 ? "it" : "them") again" }
    }

    /// `12 of 45 runs are here already, and their results are taken over`; nil where none is.
    package var summary: String? {
        guard !sources.isEmpty else { return nil }
        let count = sources.count
        return
            "\(count) of \(runs) run\(runs == 1 ? "" : "s") \(count == 1 ? "is" : "are") here already, and "
            + "\(count == 1 ? "its result is" : "their results are") taken over"
    }
}
