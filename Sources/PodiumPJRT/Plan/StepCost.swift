/// What one step of a compiled program costs on one device.
package struct StepCost: Hashable, Sendable {
    /// Where an estimate of time comes from.
    package enum Source: String, Hashable, Sendable {
        /// The compiler's own estimate.
        case compiler
        /// The larger of operations ÷ peak rate and bytes ÷ bandwidth: a lower bound.
        case roofline
    }

    package let topology: String
    /// As the plug-in names it: "TPU v2".
    package let deviceKind: String
    /// Devices of the topology.
    package let devices: Int
    /// Devices that a step runs on.
    package let replicas: Int
    package let flops: Double
    package let bytesAccessed: Double
    /// The compiler's estimate; `nil` where it makes no sense.
    package let optimalSeconds: Double?
    /// Why `optimalSeconds` is `nil`.
    package let refusal: String?
    package let rooflineSeconds: Double
    /// Most memory that is taken at once: arguments, results that are not in arguments' place, temporaries, code.
    package let memoryBytes: Int
    package let temporaryBytes: Int
    package let memoryCapacity: Int
    package let compileSeconds: Double

    /// Share of the memory which the runtime keeps for itself.
    private static let reservedShare = 0.03

    package var fits: Bool { Double(memoryBytes) <= Double(memoryCapacity) * (1 - StepCost.reservedShare) }
    /// The largest batch of one device that should fit, from this one of `batch` sequences: temporaries grow with it,
    /// the rest does not.
    package func largestBatch(from batch: Int) -> Int {
        StepCost.largestBatch(
            from: batch,
            temporaries: temporaryBytes,
            others: memoryBytes - temporaryBytes,
            capacity: memoryCapacity
        )
    }

    package static func largestBatch(from batch: Int, temporaries: Int, others: Int, capacity: Int) -> Int {
        let room = Double(capacity) * (1 - reservedShare) - Double(others)
        guard room > 0, temporaries > 0 else { return 0 }
        return Int(room / (Double(temporaries) / Double(batch)))
    }

    package var seconds: Double { optimalSeconds ?? rooflineSeconds }
    package var source: Source { optimalSeconds == nil ? .roofline : .compiler }

    /// The compiler's estimate, unless it is negative, zero, not finite, or so far below the roofline that no program
    /// could be so fast, or a hundred times above it.
    static func judged(
        _ optimal: Double?,
        roofline: Double
    ) -> (seconds: Double?, refusal: String?) {
        guard let optimal else { return (nil, "the compiler gives none") }
        guard optimal.isFinite, optimal > 0 else { return (nil, "the compiler gives \(optimal) s, which is no time") }
        guard optimal > roofline * 0.2 else {
            return (nil, "the compiler gives \(optimal) s, but the chip cannot do it in under \(roofline) s")
        }
        guard optimal < roofline * 100 else {
            return (nil, "the compiler gives \(optimal) s, over a hundred times the \(roofline) s of its own counts")
        }
        return (optimal, nil)
    }
}
