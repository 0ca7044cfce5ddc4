/// Where a run can be computed.
package enum ComputeDevice: String, CaseIterable, Codable, Hashable, Sendable {
    case cpu
    /// XLA on this machine's processors, through the same door as TPUs.
    case xlaCPU = "xla-cpu"
    case tpu
    case cuda

    /// The name of the queue of runs for workers with this device and label that stand for so many machines.
    ///
    /// Runs of several machines have queues of their own, so that a worker of them has all or none, and no smaller run before it.
    /// `/` and `=` are in no label.
    package func pool(label: String?, nodes: Int = 1) -> String {
        rawValue + (label.map { "/\($0)" } ?? "") + (nodes > 1 ? "/nodes=\(nodes)" : "")
    }
}

/// What a run needs of the worker it runs on.
package struct Resources: Codable, Hashable, Sendable {
    package var device: ComputeDevice
    /// A word that the worker must have been started with; nil for workers without one.
    package var label: String?
    package var threads: Int
    /// Devices that each take a share of every batch; the CPU engine is one.
    package var replicas: Int
    /// Processes that share the shards of every batch, with `threads` each; nil for one.
    package var ranks: Int?
    /// Machines that share the ranks evenly, all of them at once; nil for one.
    package var nodes: Int?
    /// In bytes; nil where the file does not say.
    package var memory: Int64?
    /// Wall-clock limit of one attempt in seconds; nil for none.
    package var timeLimitSeconds: Double?
    /// How long an engine may go without getting anywhere, in seconds; nil for ever.
    package var progressDeadlineSeconds: Double?
    /// Whether a more urgent run that waits may end an attempt of this one at its next step.
    package var isPreemptible: Bool

    /// Half an hour: longer than any step, and than any piece of an evaluation.
    package static let usualProgressDeadline = 1800.0

    package init(
        device: ComputeDevice = .cpu,
        label: String? = nil,
        threads: Int = 2,
        replicas: Int = 1,
        ranks: Int? = nil,
        nodes: Int? = nil,
        memory: Int64? = nil,
        timeLimitSeconds: Double? = nil,
        progressDeadlineSeconds: Double? = usualProgressDeadline,
        isPreemptible: Bool = false
    ) {
        self.device = device
        self.label = label
        self.threads = threads
        self.replicas = replicas
        self.ranks = ranks
        self.nodes = nodes
        self.memory = memory
        self.timeLimitSeconds = timeLimitSeconds
        self.progressDeadlineSeconds = progressDeadlineSeconds
        self.isPreemptible = isPreemptible
    }
}

extension Resources {
    private enum CodingKeys: String, CodingKey {
        case device, label, threads, replicas, ranks, nodes, memory, timeLimitSeconds, progressDeadlineSeconds,
            isPreemptible
    }

    /// Reads what earlier versions stored as well.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        device = try values.decode(ComputeDevice.self, forKey: .device)
        label = try values.decodeIfPresent(String.self, forKey: .label)
        threads = try values.decode(Int.self, forKey: .threads)
        replicas = try values.decode(Int.self, forKey: .replicas)
        ranks = try values.decodeIfPresent(Int.self, forKey: .ranks)
        nodes = try values.decodeIfPresent(Int.self, forKey: .nodes)
        memory = try values.decodeIfPresent(Int64.self, forKey: .memory)
        timeLimitSeconds = try values.decodeIfPresent(Double.self, forKey: .timeLimitSeconds)
        progressDeadlineSeconds = try values.decodeIfPresent(Double.self, forKey: .progressDeadlineSeconds)
        isPreemptible = try values.decodeIfPresent(Bool.self, forKey: .isPreemptible) ?? false
    }

    /// The queue that the run waits in, and that its workers take from: `cpu`, `cpu/big-memory`, `cpu/nodes=2`.
    package var pool: String { device.pool(label: label, nodes: machines) }
    /// Machines of one attempt.
    package var machines: Int { nodes ?? 1 }
    /// Processes of one attempt.
    package var processes: Int { ranks ?? 1 }
    /// Threads of all processes on all machines together, which a worker must have free.
    package var allThreads: Int { processes * threads }
}
