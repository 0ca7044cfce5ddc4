/// The sizes for which a graph is lowered: the bucket that batches are padded to.
package struct ProgramShape: Hashable, Sendable {
    /// Rows of packed sequences by columns; no sequence crosses the end of a row.
    package struct Packing: Hashable, Sendable {
        package var rows: Int
        package var width: Int
        /// Sequences begin at columns that are multiples of this; with 64, dropout masks cost a quarter.
        package var alignment: Int

        package init(rows: Int, width: Int, alignment: Int = 1) {
            (self.rows, self.width, self.alignment) = (rows, width, alignment)
        }
    }

    /// Size of each symbol.
    ///
    /// Of packed tokens it is rows × width.
    package var sizes: [String: Int]
    /// `nil` for a graph without packed sequences.
    package var packing: Packing?

    package init(sizes: [String: Int], packing: Packing? = nil) {
        (self.sizes, self.packing) = (sizes, packing)
    }
}

/// Options of the lowering that do not depend on sizes.
package struct LoweringOptions: Hashable, Sendable {
    /// Element type of matmul operands; accumulators, weights and optimizer state are always float32.
    package enum Precision: String, Hashable, Sendable, CaseIterable { case float32, bfloat16 = "bf16" }

    package var precision: Precision
    /// Whether the device multiplies bfloat16; otherwise operands are rounded to bfloat16 and multiplied as float32.
    package var multipliesBFloat16 = true
    /// Whether single columns are moved by products with matrices of zeros and ones: the fastest way on TPUs and in XLA on CPUs,
    /// not on GPUs.
    package var movesColumnsByProducts = true
    /// Devices that each take a share of every batch.
    package var replicas: Int

    package init(precision: Precision = .float32, replicas: Int = 1) {
        (self.precision, self.replicas) = (precision, replicas)
    }
}
