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
    let communicator: any Communicator
    /// Receives the time of every operation, if set.
    package var times: OperationTimes?

    /// - Parameter communicator: connects this replica with the others that share every batch.
    package init(
        _ configuration: CPUConfiguration,
        communicator: any Communicator = SingleReplica()
    ) throws(GraphError) {
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
        self.communicator = communicator
        self.kernels = kernels.pointee
        self.pool = pool
        matmul = try MatmulKernel(configuration.matmulLibrary)
    }

    /// Name of the instruction set in use.
    package var instructions: String { String(cString: kernels.name) }

    package var replicas: Int { communicator.replicas }

    package func makeVariables() -> any VariableStore { CPUVariables() }

    package func load(_ graph: Graph, variables: any VariableStore) throws(GraphError) -> any GraphExecutor {
        guard let variables = variables as? CPUVariables else {
            throw GraphError(.unsupported, "the variables live on another device; make them with this one")
        }
        return try CPUExecutor(graph, variables: variables, device: self)
    }
}
