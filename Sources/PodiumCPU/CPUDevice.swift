internal import CKernels
package import PodiumGraph

/// This machine's processors as a device for graphs.
///
/// Graphs loaded on one device share its threads: run one at a time.
package final class CPUDevice: GraphDevice {
    package let configuration: CPUConfiguration
    let pool: WorkerPool
    let kernels: pk_kernels
    let matmul: MatmulKernel
    /// Parts of every training batch, whose gradients are computed alone and summed along a fixed binary tree.
    let shards: Int
    /// The ranks that share the shards; each has a range of them.
    let ranks: RankGroup
    /// Receives the time of every operation, if set.
    package var times: OperationTimes?
    /// What exchanges with other ranks cost.
    package let communicationTimes = CommunicationTimes()

    /// - Parameters:
    ///   - shards: that every batch is divided into, a power of two; results depend on it.
    ///   - ranks: that share the shards, at most as many; results do not depend on them.
    package init(
        _ configuration: CPUConfiguration,
        shards: Int = 1,
        ranks: RankGroup = .alone
    ) throws(GraphError) {
        guard shards > 0, shards & (shards - 1) == 0, ranks.ranks <= shards else {
            throw GraphError(
                .unsupported,
                "\(shards) shards cannot be shared by \(ranks.ranks) ranks; both must be powers of two, and each rank needs one"
            )
        }
        let candidates = configuration.instructions.map { [$0] } ?? [.avx512, .avx2, .plain]
        guard let kernels = candidates.lazy.compactMap({ pk_kernels_for($0.rawValue) }).first else {
            let names = candidates.map { "\($0)" }.joined(separator: ", ")
            throw GraphError(.unsupported, "this machine has no \(names) instructions; leave the choice open")
        }
        guard let pool = WorkerPool(threads: configuration.threads, start: { MatmulKernel.prepareThread() }) else {
            throw GraphError(.unsupported, "\(configuration.threads) threads could not be started; ask for fewer")
        }
        if configuration.precision == .bfloat16 {
            guard configuration.matmulLibrary == .oneDNN, MatmulKernel.hasBFloat16 else {
                throw GraphError(
                    .unsupported,
                    "bf16 needs oneDNN's products and a processor with AVX512-BF16 or AMX; use float32 on this machine"
                )
            }
        }
        self.configuration = configuration
        (self.shards, self.ranks) = (shards, ranks)
        self.kernels = kernels.pointee
        self.pool = pool
        matmul = try MatmulKernel(configuration.matmulLibrary)
    }

    /// Name of the instruction set in use.
    package var instructions: String { String(cString: kernels.name) }

    /// Shards are logical replicas, whatever computes them.
    package var replicas: Int { shards }

    package func makeVariables() -> any VariableStore { CPUVariables() }

    package func load(_ graph: Graph, variables: any VariableStore) throws(GraphError) -> any GraphExecutor {
        guard let variables = variables as? CPUVariables else {
            throw GraphError(.unsupported, "the variables live on another device; make them with this one")
        }
        // A graph that sums nothing over replicas is the same for every batch, whole or divided.
        guard shards > 1, graph.nodes.contains(where: { $0.operation is AllReduce }) else {
            return try CPUExecutor(graph, variables: variables, device: self)
        }
        return try ShardedExecutor(graph, variables: variables, device: self)
    }
}
