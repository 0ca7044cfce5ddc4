/// What a run does.
package enum RunKind: String, Codable, CaseIterable, Sendable {
    case pretrain
    case finetune
    case evaluate
    case report
}

/// Where a run's starting weights come from.
package enum ModelReference: Codable, Hashable, Sendable {
    /// A model known by name, pulled into the data directory when first needed.
    case named(String)
    /// A folder with `model.safetensors`, `config.json`, `vocab.txt`, or a TensorFlow checkpoint's folder or prefix.
    case path(String)
    /// What another run of the same suite produced.
    case run(String)
    /// Fresh weights of a named size (`tiny`, `mini`, `small`, `medium`, `base`, `large`).
    case preset(String)

    package var description: String {
        switch self {
        case .named(let name): name
        case .path(let path): path
        case .run(let name): "run \(name)"
        case .preset(let name): "fresh \(name)"
        }
    }
}

/// Where a run's examples come from.
package enum DataReference: Codable, Hashable, Sendable {
    /// The generated sample that comes with Podium; its scores compare with nothing published.
    case sample
    /// A directory in the official layout.
    case root(String)

    package var description: String {
        switch self {
        case .sample: "sample"
        case .root(let path): path
        }
    }
}

/// Where a run can be computed.
package enum ComputeDevice: String, CaseIterable, Sendable {
    case cpu
    /// XLA on this machine's processors, through the same door as TPUs.
    case xlaCPU = "xla-cpu"
    case tpu
    case cuda
}

/// What a run needs of the worker it runs on.
package struct Resources: Codable, Hashable, Sendable {
    /// The pool a run queues in: a `ComputeDevice`.
    package var device: String
    package var threads: Int
    /// Devices that each take a share of every batch; nil for one.
    package var replicas: Int?
    /// In bytes; nil where the file does not say.
    package var memory: Int64?
    /// Wall-clock limit of one attempt in seconds; nil for none.
    package var timeLimitSeconds: Double?

    package init(device: String = "cpu", threads: Int = 2, memory: Int64? = nil, timeLimitSeconds: Double? = nil) {
        self.device = device
        self.threads = threads
        self.memory = memory
        self.timeLimitSeconds = timeLimitSeconds
    }
}

/// Everything that decides a run's result, resolved: no defaults are looked up later.
///
/// Stored as JSON with the run and handed to the engine process as a file.
package struct RunSpec: Codable, Hashable, Sendable {
    package var kind: RunKind
    /// Unique inside its suite: `minilm-l6/glue/MRPC/seed-1`.
    package var name: String
    /// The leaderboard row it counts for.
    package var system: String
    package var model: ModelReference
    package var task: BenchmarkTask?
    package var data: DataReference
    /// Plain-text files to pre-train on; empty means the sample's text.
    package var corpus: [String]
    package var training: TrainingOptions
    package var seed: UInt64
    package var resources: Resources
    package var retry: RetryPolicy

    package init(
        kind: RunKind,
        name: String,
        system: String,
        model: ModelReference,
        task: BenchmarkTask? = nil,
        data: DataReference = .sample,
        corpus: [String] = [],
        training: TrainingOptions = TrainingOptions(),
        seed: UInt64 = 1,
        resources: Resources = Resources(),
        retry: RetryPolicy = RetryPolicy()
    ) {
        self.kind = kind
        self.name = name
        self.system = system
        self.model = model
        self.task = task
        self.data = data
        self.corpus = corpus
        self.training = training
        self.seed = seed
        self.resources = resources
        self.retry = retry
    }
}
