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
    /// In bytes; nil where the file does not say.
    package var memory: Int64?
    /// Wall-clock limit of one attempt in seconds; nil for none.
    package var timeLimitSeconds: Double?

    package init(
        device: ComputeDevice = .cpu,
        threads: Int = 2,
        replicas: Int = 1,
        memory: Int64? = nil,
        timeLimitSeconds: Double? = nil
    ) {
        self.device = device
        self.threads = threads
        self.replicas = replicas
        self.memory = memory
        self.timeLimitSeconds = timeLimitSeconds
    }
}
