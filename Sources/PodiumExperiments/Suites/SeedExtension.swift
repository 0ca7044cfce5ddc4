package import PodiumCore

/// More seeds for a suite that is stored already.
///
/// Every configuration that was submitted with seeds gets the next ones, and waits for what its other seeds waited for. A suite
/// with a report gets another one behind them, since reports do not change once they are made.
package struct SeedExtension: Sendable, Equatable {
    package let runs: [AddedRun]

    /// - Parameters:
    ///   - stored: all runs of the suite.
    ///   - seeds: how many more each configuration gets.
    package init(of stored: [RunRecord], seeds: Int) throws(ExperimentError) {
        let stored = stored.sorted { $0.id < $1.id }
        // A run that others start from has one seed, whatever the suite's are.
        let parents = Set(stored.flatMap { $0.spec.inputs.map(\.parent) })
        var order: [RunSpec] = []
        var families: [RunSpec: [RunRecord]] = [:]
        for run in stored where run.spec.work.seed != nil && !parents.contains(run.spec.name) {
            let family = run.spec.withoutSeed
            if families[family] == nil { order.append(family) }
            families[family, default: []].append(run)
        }
        var added: [AddedRun] = []
        for family in order {
            let members = families[family] ?? []
            guard let sibling = members.first, let last = members.compactMap(\.spec.work.seed).max() else { continue }
            guard last <= UInt64(Int.max) - UInt64(seeds) else {
                throw ExperimentError(.invalidRequest, "\(sibling.spec.name) has no seeds left above \(last)")
            }
            for seed in (1...UInt64(seeds)).map({ last + $0 }) {
                added.append(AddedRun(spec: sibling.spec.with(seed: seed), like: sibling.id))
            }
        }
        guard !added.isEmpty else {
            throw ExperimentError(.invalidRequest, "the suite has no runs with seeds that could be added to")
        }
        let reports = stored.filter { $0.spec.kind == .report }
        if let report = reports.last {
            var spec = report.spec
            spec.name = "report/\(reports.count + 1)"
            added.append(AddedRun(spec: spec, like: report.id))
        }
        runs = added
    }
}

extension RunSpec {
    /// What runs that differ in the seed only share, by the name of which they are called with `/seed-N` behind it.
    fileprivate var withoutSeed: RunSpec {
        var spec = self
        spec.work.seed = 0
        if let seed = work.seed, spec.name.hasSuffix("/seed-\(seed)") {
            spec.name.removeLast("/seed-\(seed)".count)
        }
        return spec
    }
}
