/// One flat object whose keys are the job file's: `{"kind": "finetune", "task": "glue/MRPC", "training": {…}, …}`.
///
/// `training` holds every hyper-parameter that applies, by its key in `Hyperparameter.all`.
extension RunSpec: Codable {
    private enum Keys: String, CodingKey {
        case name, system, kind, model, task, data, predict, corpus, phases, texts, vectors, training, seed, resources,
            retry, reuse
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Keys.self)
        name = try values.decode(String.self, forKey: .name)
        system = try values.decode(String.self, forKey: .system)
        resources = try values.decode(Resources.self, forKey: .resources)
        retry = try values.decode(RetryPolicy.self, forKey: .retry)
        mayReuse = try values.decodeIfPresent(Bool.self, forKey: .reuse) ?? true
        func model() throws -> ModelReference { try values.decode(ModelReference.self, forKey: .model) }
        func task() throws -> BenchmarkTask { try values.decode(BenchmarkTask.self, forKey: .task) }
        func data() throws -> DataReference { try values.decode(DataReference.self, forKey: .data) }
        func seed() throws -> UInt64 { try values.decode(UInt64.self, forKey: .seed) }
        switch try values.decode(RunKind.self, forKey: .kind) {
        case .pretrain:
            let corpus = try values.decode(CorpusReference.self, forKey: .corpus)
            var pretraining = Pretraining(model: try model(), corpus: corpus, seed: try seed())
            pretraining.phases = try values.decodeIfPresent([PretrainingPhase].self, forKey: .phases) ?? []
            work = .pretrain(pretraining)
        case .finetune:
            work = .finetune(FineTuning(model: try model(), task: try task(), data: try data(), seed: try seed()))
        case .evaluate:
            work = .evaluate(Evaluating(model: try model(), task: try task(), data: try data()))
        case .embed:
            var embedding = Embedding(model: try model(), texts: try values.decode([String].self, forKey: .texts))
            embedding.options = try values.decode(EmbeddingOptions.self, forKey: .vectors)
            work = .embed(embedding)
        case .report:
            work = .report
            return
        }
        if let predict = try values.decodeIfPresent([PredictedSet].self, forKey: .predict) {
            work.examples?.predict = predict
        }
        let training = try values.nestedContainer(keyedBy: ParameterKey.self, forKey: .training)
        try Hyperparameter.decode(training, into: &work)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Keys.self)
        try values.encode(name, forKey: .name)
        try values.encode(system, forKey: .system)
        try values.encode(kind, forKey: .kind)
        try values.encode(resources, forKey: .resources)
        try values.encode(retry, forKey: .retry)
        if !mayReuse { try values.encode(false, forKey: .reuse) }
        try values.encodeIfPresent(work.model, forKey: .model)
        try values.encodeIfPresent(work.task, forKey: .task)
        try values.encodeIfPresent(work.examples?.data, forKey: .data)
        if let predict = work.examples?.predict, predict != [.dev] { try values.encode(predict, forKey: .predict) }
        try values.encodeIfPresent(work.pretraining?.corpus, forKey: .corpus)
        if let phases = work.pretraining?.phases, !phases.isEmpty { try values.encode(phases, forKey: .phases) }
        try values.encodeIfPresent(work.embedding?.texts, forKey: .texts)
        try values.encodeIfPresent(work.embedding?.options, forKey: .vectors)
        try values.encodeIfPresent(work.seed, forKey: .seed)
        guard kind != .report else { return }
        var training = values.nestedContainer(keyedBy: ParameterKey.self, forKey: .training)
        try Hyperparameter.encode(work, into: &training)
    }
}
