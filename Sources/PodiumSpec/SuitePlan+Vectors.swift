internal import PodiumCore

/// Runs that make vectors of texts.
extension SuitePlan {
    /// A run that compares a word's vectors in texts, as a system's starting model has them.
    mutating func similarity(_ node: SpecNode, of system: System) throws(SpecError) -> PlannedRun {
        let own = try node.fields(SpecKey.similarity.names)
        guard let word = own["word"], let texts = own["texts"] else {
            throw node.error(
                .missingKey,
                "\(node.path) needs a word and texts, such as {word: bank, texts: sentences.txt}"
            )
        }
        var work = Embedding(model: system.model, texts: [])
        for item in texts.itemsOrSelf { work.texts.append(reader.resolve(try item.string())) }
        guard !work.texts.isEmpty else { throw texts.error(.invalidValue, "\(texts.path) names no file") }
        work.options.pool = .word
        work.options.format = .npy
        work.options.combination = .sum
        work.options.compare = try word.string()
        if let layers = own["layers"] {
            work.options.layers = []
            for item in layers.itemsOrSelf { work.options.layers.append(try item.integer(-1000 ... -1)) }
        }
        if let complaint = work.options.complaint { throw node.error(.invalidValue, complaint) }
        count += 1
        return PlannedRun(
            spec: RunSpec(
                name: "\(system.name)/similarity",
                system: system.name,
                work: .embed(work),
                resources: try reader.resources(fields["resources"]),
                retry: try reader.retry(fields["retry"])
            ),
            dependencies: system.model.parent.map { [Dependency(parent: $0, condition: .afterSuccess)] } ?? []
        )
    }

    mutating func embedding() throws(SpecError) -> PlannedRun {
        guard let textNode = fields["texts"] else {
            throw top.error(.missingKey, "texts is missing; write texts: sentences.txt")
        }
        let system = try system(fields, named: nil, at: top, pretrained: [])
        if case .preset(let size) = system.model {
            throw top.error(.invalidValue, "fresh \(size) weights make no vectors worth keeping; name a trained model")
        }
        var work = Embedding(model: system.model, texts: [])
        for item in textNode.itemsOrSelf { work.texts.append(reader.resolve(try item.string())) }
        guard !work.texts.isEmpty else { throw textNode.error(.invalidValue, "texts names no file") }
        work.options = try reader.vectors(fields["vectors"])
        var draft = TrainingDraft(.embed(work))
        try draft.apply(fields["training"], &use)
        return PlannedRun(
            spec: RunSpec(
                name: name,
                system: system.name,
                work: draft.work,
                resources: try reader.resources(fields["resources"]),
                retry: try reader.retry(fields["retry"])
            )
        )
    }
}
