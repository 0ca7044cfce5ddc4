/// Where a run can be computed: also the pool it queues in.
package enum ComputeDevice: String, CaseIterable, Codable, Hashable, Sendable {
    case cpu
    /// XLA on this machine's processors, through the same door as TPUs.
    case xlaCPU = "xla-cpu"
    case tpu
    case cuda
}

/// What a run needs of the worker it runs on.
package struct Resources: Codable, Hashable, Sendable {
    package var device: ComputeDevice
    package var threads: Int
    /// Devices that each take a share of every batch; the CPU engine is one.
    package var replicas: Int
    /// Processes that share the shards of every batch, with `threads` each; nil for one.
    package var ranks: Int?
    /// In bytes; nil where the file does not say.
    package var memory: Int64?
    /// Wall-clock limit of one attempt in seconds; nil for none.
    package var timeLimitSeconds: Double?

    package init(
        device: ComputeDevice = .cpu,
        threads: Int = 2,
        replicas: Int = 1,
        ranks: Int? = nil,
        memory: Int64? = nil,
        timeLimitSeconds: Double? = nil
    ) {
        self.device = device
        self.threads = threads
        self.replicas = replicas
        self.ranks = ranks
        self.memory = memory
        self.timeLimitSeconds = timeLimitSeconds
    }

    /// Processes of one attempt.
    package var processes: Int { ranks ?? 1 }
    /// Threads of all processes together, which a worker must have free.
    package var allThreads: Int { processes * threads }
}
