/// How graphs run on this machine's processors.
package struct CPUConfiguration: Hashable, Sendable {
    /// The library that multiplies matrices.
    package enum MatmulLibrary: String, Hashable, Sendable, CaseIterable {
        case oneDNN = "onednn", openBLAS = "openblas"
    }

    /// The instruction set of all other kernels.
    package enum Instructions: Int32, Hashable, Sendable, CaseIterable { case plain, avx2, avx512 }

    /// Element type of matmul operands; accumulators, weights and all other tensors are always float32.
    package enum Precision: String, Hashable, Sendable, CaseIterable { case float32, bfloat16 = "bf16" }

    /// Threads that compute, including the caller's.
    ///
    /// Results have the same bits for any number of threads.
    package var threads: Int
    package var matmulLibrary: MatmulLibrary
    package var precision: Precision
    /// `nil` for the widest instruction set of the machine.
    package var instructions: Instructions?

    package init(
        threads: Int,
        matmulLibrary: MatmulLibrary = .oneDNN,
        precision: Precision = .float32,
        instructions: Instructions? = nil
    ) {
        precondition(threads >= 1, "at least one thread computes")
        self.threads = threads
        self.matmulLibrary = matmulLibrary
        self.precision = precision
        self.instructions = instructions
    }
}
