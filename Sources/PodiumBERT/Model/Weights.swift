package import PodiumGraph

/// A model's tensors by our parameter names.
package struct Weights: Sendable {
    package var tensors: [String: HostTensor]

    package init(tensors: [String: HostTensor] = [:]) {
        self.tensors = tensors
    }

    /// What a load initialized or ignored, for the log.
    package struct LoadReport: Sendable {
        /// Parameters that the file lacks, heads and poolers, which were initialized.
        package var fresh: [String] = []
        /// Parameters of another task's head, which were initialized instead of read.
        package var replaced: [String] = []
        /// Tensors of the file that the model does not use.
        package var unused: [String] = []
    }

    /// A parameter of a graph, and the tensors of an archive that make it; none where it is initialized.
    private struct Source {
        var name: String
        var shape: [Int]
        var tensors: [ArchivedTensor]
    }

    /// Reads a graph's parameters from an archive, and initializes heads and poolers that it lacks.
    ///
    /// A missing encoder tensor, or one of another shape, is an error: the file belongs to another model, and training
    /// would silently start from random weights.
    ///
    /// - Parameter needsHead: whether the file must have the head with the right shape (for evaluation).
    package static func load(
        _ file: any TensorArchive,
        for graph: Graph,
        configuration: Configuration,
        seed: UInt64,
        needsHead: Bool
    ) throws(BERTError) -> (weights: Weights, report: LoadReport) {
        var weights = Weights()
        let (sources, report) = try match(file, graph, configuration, needsHead: needsHead)
        for source in sources {
            if source.tensors.isEmpty {
                weights.makeFresh(source.name, shape: source.shape, configuration: configuration, seed: seed)
            } else {
                var floats: [Float] = []
                for tensor in source.tensors { floats += try file.weights(tensor) }
                weights.tensors[source.name] = HostTensor(floats, shape: source.shape)
            }
        }
        return (weights, report)
    }

    /// Throws what a load of the encoder alone would throw, by names and shapes; no weight is read.
    package static func check(_ file: any TensorArchive, against configuration: Configuration) throws(BERTError) {
        _ = try match(file, configuration.model.evaluationGraph(.span), configuration, needsHead: false)
    }

    private static func match(
        _ file: any TensorArchive,
        _ graph: Graph,
        _ configuration: Configuration,
        needsHead: Bool
    ) throws(BERTError) -> (sources: [Source], report: LoadReport) {
        var sources: [Source] = []
        var report = LoadReport()
        var missing: [String] = []
        var used: Set<String> = []
        for parameter in graph.parameters {
            let shape = parameter.value.type.shape.map(\.fixed)
            let parts = ParameterNames.inFile(parameter.name)
            let found = parts.map { part in
                ParameterNames.aliases(part).lazy.compactMap { file.tensor(named: $0) }.first
            }
            let entries = found.compactMap { $0 }
            used.formUnion(entries.map(\.name))
            let partShape = [shape[0] / parts.count] + shape.dropFirst()
            let fits = entries.count == parts.count && entries.allSatisfy { $0.shape == partShape }
            if fits {
                sources.append(Source(name: parameter.name, shape: shape, tensors: entries))
            } else if Head.owns(parameter.name) || parameter.name.hasPrefix("pooler.") {
                if needsHead {
                    throw BERTError(
                        .mismatch,
                        "\(file.path): no trained \(parameter.name) of shape \(shape): the model was not fine-tuned for this task"
                    )
                }
                if entries.isEmpty {
                    report.fresh.append(parameter.name)
                } else {
                    report.replaced.append(parameter.name)
                }
                sources.append(Source(name: parameter.name, shape: shape, tensors: []))
            } else if entries.count == parts.count, let wrong = entries.first(where: { $0.shape != partShape }) {
                throw BERTError(
                    .mismatch,
                    "\(file.path): tensor \(wrong.name) has the shape \(wrong.shape), config.json asks for \(partShape)"
                )
            } else {
                missing += zip(parts, found).filter { $0.1 == nil }.map(\.0)
            }
        }
        guard missing.isEmpty else {
            let shown = missing.prefix(5).joined(separator: ", ")
            throw BERTError(
                .mismatch,
                "\(file.path): \(missing.count) of the encoder's tensors are missing: \(shown)\(missing.count > 5 ? ", …" : "")"
            )
        }
        report.unused = file.tensors.map(\.name).filter { !used.contains($0) }
        try refuseForeign(report.unused, of: file, configuration)
        return (sources, report)
    }

    /// Tensors of the encoder that the graph has no parameter for are another model's: the result would be less than it.
    private static func refuseForeign(
        _ unused: [String],
        of file: any TensorArchive,
        _ configuration: Configuration
    ) throws(BERTError) {
        let foreign = unused.filter(ParameterNames.belongsToEncoder)
        guard let first = foreign.first else { return }
        let layers = foreign.compactMap(ParameterNames.layer)
        if let last = layers.max(), last >= configuration.layers {
            throw BERTError(
                .mismatch,
                "\(file.path): the file has \(last + 1) layers, config.json says num_hidden_layers \(configuration.layers)"
            )
        }
        throw BERTError(
            .mismatch,
            "\(file.path): \(foreign.count) of the encoder's tensors are none of a BERT's: \(first)\(foreign.count > 1 ? ", …" : "")"
        )
    }

    /// Fresh weights for all parameters of a graph.
    package static func fresh(for graph: Graph, configuration: Configuration, seed: UInt64) -> Weights {
        var weights = Weights()
        for parameter in graph.parameters {
            let shape = parameter.value.type.shape.map(\.fixed)
            weights.makeFresh(parameter.name, shape: shape, configuration: configuration, seed: seed)
        }
        return weights
    }

    private mutating func makeFresh(_ name: String, shape: [Int], configuration: Configuration, seed: UInt64) {
        let values = Initialization.values(
            name: name,
            count: shape.reduce(1, *),
            range: configuration.initializerRange,
            seed: seed
        )
        tensors[name] = HostTensor(values, shape: shape)
    }

    /// The tensors of a file that transformers reads, in order of our names.
    package func exported() -> [Safetensors.Tensor] {
        var result: [Safetensors.Tensor] = []
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
            let parts = ParameterNames.inFile(name)
            let shape = [tensor.shape[0] / parts.count] + tensor.shape.dropFirst()
            let count = tensor.floats.count / parts.count
            for (number, part) in parts.enumerated() {
                result.append(
                    Safetensors.Tensor(
                        name: ParameterNames.exported(part),
                        shape: shape,
                        floats: Array(tensor.floats[(number * count)..<((number + 1) * count)])
                    )
                )
            }
        }
        return result
    }

    package func write(into variables: any VariableStore) throws(GraphError) {
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) { try variables.write(name, tensor) }
    }
}
