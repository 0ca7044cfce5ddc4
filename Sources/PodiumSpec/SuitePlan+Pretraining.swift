internal import PodiumCore

/// Runs that systems start from, and the report after all of them.
extension SuitePlan {
    mutating func pretraining(
        named name: String,
        fields own: [String: SpecNode],
        at place: SpecNode,
        sweep: SpecNode?,
        after known: [String] = []
    ) throws(SpecError) -> [PlannedRun] {
        guard let modelNode = own["model"] else {
            throw place.error(.missingKey, "model is missing; write model: {preset: tiny}")
        }
        let work = Pretraining(
            model: try reader.model(modelNode, pretrained: known),
            corpus: try reader.corpus(own["corpus"] ?? fields["corpus"], data: fields["data"])
        )
        var draft = TrainingDraft(.pretrain(work))
        draft.phases = try PhaseDraft.list(own["phases"])
        try draft.apply(own["training"], &use)
        try draft.apply(budget: own["budget"] ?? fields["budget"])
        let seeds = sweep == nil ? try reader.seeds(own["seed"]) : try reader.sweepSeeds(own)
        let configurations = try Sweep(sweep).configurations(
            of: draft,
            runsEach: seeds.count,
            runsBefore: count,
            at: own["training"] ?? place,
            &use
        )
        count += configurations.count * seeds.count
        let resources = try reader.resources(own["resources"] ?? fields["resources"])
        let retry = try reader.retry(own["retry"] ?? fields["retry"])
        return configurations.flatMap { configuration in
            Self.seeded(configuration.work, seeds).map { work in
                var parts = [name] + (configuration.label.map { [$0] } ?? [])
                if seeds.count > 1, let seed = work.seed { parts.append("seed-\(seed)") }
                let run = parts.joined(separator: "/")
                return PlannedRun(
                    spec: RunSpec(name: run, system: name, work: work, resources: resources, retry: retry),
                    dependencies: work.model?.parent.map { [Dependency(parent: $0, condition: .afterSuccess)] } ?? []
                )
            }
        }
    }

    /// Adds the report, which waits until every other run is over, well or not.
    func withReport(_ runs: [PlannedRun]) -> [PlannedRun] {
        // A report is made on any machine: where the other runs are, so that one worker can do them all.
        let places = runs.map(\.spec.resources)
        let place = places.first { $0.pool == "cpu" } ?? places.first { $0.device == .cpu } ?? places.first
        let spec = RunSpec(
            name: "report",
            system: name,
            work: .report,
            resources: Resources(device: place?.device ?? .cpu, label: place?.label, threads: 1, nodes: place?.nodes)
        )
        let all = runs.map { Dependency(parent: $0.spec.name, condition: .afterAny) }
        return runs + [PlannedRun(spec: spec, dependencies: all)]
    }
}
