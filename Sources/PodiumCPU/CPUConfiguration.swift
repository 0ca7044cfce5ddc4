/// How graphs run on this machine's processors.
package struct CPUConfiguration: Hashable, Sendable {
    /// The library that multiplies matrices.
    package enum Products: String, Hashable, Sendable, CaseIterable { case oneDNN = "onednn", openBLAS = "openblas" }

    /// The instruction set of all other kernels.
    package enum Instructions: Int32, Hashable, Sendable, CaseIterable { case plain, avx2, avx512 }

    /// Threads that compute, the caller's included.
    ///
    /// Results are the same bits for any number.
    package var threads: Int
    package var products: Products
    /// `nil` for the widest that the machine has.
    package var instructions: Instructions?

    package init(threads: Int, products: Products = .oneDNN, instructions: Instructions? = nil) {
        precondition(threads >= 1, "at least one thread computes")
        self.threads = threads
        self.products = products
        self.instructions = instructions
    }
}
