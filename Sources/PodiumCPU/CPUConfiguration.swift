/// How graphs run on this machine's processors.
package struct CPUConfiguration: Hashable, Sendable {
    /// The library that multiplies matrices.
    package enum Products: String, Hashable, Sendable, CaseIterable { case oneDNN = "onednn", openBLAS = "openblas" }

    /// The instruction set of all other kernels.
    package enum Instructions: Int32, Hashable, Sendable, CaseIterable { case plain, avx2, avx512 }

    /// What products multiply; sums, weights and everything else are float32 always.
    package enum Precision: String, Hashable, Sendable, CaseIterable { case float32, bfloat16 = "bf16" }

    /// Threads that compute, the caller's included.
    ///
    /// Results are the same bits for any number.
    package var threads: Int
    package var products: Products
    package var precision: Precision
    /// `nil` for the widest that the machine has.
    package var instructions: Instructions?

    package init(
        threads: Int,
        products: Products = .oneDNN,
        precision: Precision = .float32,
        instructions: Instructions? = nil
    ) {
        precondition(threads >= 1, "at least one thread computes")
        self.threads = threads
        self.products = products
        self.precision = precision
        self.instructions = instructions
    }
}
