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

    /// What is clipped where several devices share a batch; one device does the same under both names.
    package enum Clipping: String, Hashable, Sendable, CaseIterable {
        /// The gradient of the mean over the whole batch: any number of devices takes the same step.
        case global
        /// Each device's own, of the mean over its share; what remains of them is summed.
        ///
        /// So `optimization.py` of the 2018 release does on TPUs: it clips what `tf.gradients` yields of a replica's loss, and
        /// `CrossShardOptimizer.apply_gradients` sums over replicas, without the scale that its `compute_gradients` has.
        case bert2018
    }

    package var precision: Precision
    package var clipping = Clipping.global
    /// Whether the device multiplies bfloat16; otherwise operands are rounded to bfloat16 and multiplied as float32.
    package var multipliesBFloat16 = true
    /// Devices that each take a share of every batch.
    package var replicas: Int

    package init(precision: Precision = .float32, replicas: Int = 1) {
        (self.precision, self.replicas) = (precision, replicas)
    }

    /// Whether each replica has a loss and a gradient norm of its own.
    var clipsPerReplica: Bool { clipping == .bert2018 && replicas > 1 }
}
