import PodiumPJRT

/// What the compiler says of a step, and what follows for the job.
struct PlanResult: Codable {
    struct Step: Codable {
        var flops: Double
        var bytesAccessed: Double
        /// Null where the compiler's estimate makes no sense.
        var optimalSeconds: Double?
        var rooflineSeconds: Double
        var hbmBytes: Int

        func encode(to encoder: any Swift.Encoder) throws {
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(flops, forKey: .flops)
            try container.encode(bytesAccessed, forKey: .bytesAccessed)
            try container.encode(optimalSeconds, forKey: .optimalSeconds)
            try container.encode(rooflineSeconds, forKey: .rooflineSeconds)
            try container.encode(hbmBytes, forKey: .hbmBytes)
        }

        private enum Keys: String, CodingKey {
            case flops, bytesAccessed, optimalSeconds, rooflineSeconds, hbmBytes
        }
    }

    /// The same step with activations computed again.
    struct Alternative: Codable {
        var hbmBytes: Int
        var seconds: Double
        var largestBatchPerDevice: Int
        var fits: Bool

        init(_ result: PlanResult) {
            hbmBytes = result.perStep.hbmBytes
            seconds = result.stepSeconds
            largestBatchPerDevice = result.largestBatchPerDevice
            fits = result.fits
        }
    }

    var name: String
    var topology: String
    var deviceKind: String
    /// Devices of the topology.
    var devices: Int
    /// Devices that share the batch.
    var replicas: Int
    /// Of one device.
    var perStep: Step
    var hbmCapacityBytes: Int
    var batchPerDevice: Int
    /// What should still fit a device, by the memory that this batch takes.
    var largestBatchPerDevice: Int
    var steps: Int
    var runs: Int
    /// Of all runs, one after the other.
    var estimatedSeconds: Double
    /// `compiler` or `roofline`.
    var estimatedBy: String
    /// Why not the compiler's.
    var refusal: String?
    var compileSeconds: Double
    var fits: Bool
    /// Of a step that does not fit.
    var withCheckpointing: Alternative?

    init(_ step: PlannedStep, cost: StepCost, share: Int) {
        name = step.name
        topology = cost.topology
        deviceKind = cost.deviceKind
        devices = cost.devices
        replicas = cost.replicas
        perStep = Step(
            flops: cost.flops,
            bytesAccessed: cost.bytesAccessed,
            optimalSeconds: cost.optimalSeconds,
            rooflineSeconds: cost.rooflineSeconds,
            hbmBytes: cost.memoryBytes
        )
        hbmCapacityBytes = cost.memoryCapacity
        batchPerDevice = share
        largestBatchPerDevice = cost.largestBatch(from: share)
        steps = step.steps
        runs = step.runs
        estimatedSeconds = cost.seconds * Double(step.steps * step.runs)
        estimatedBy = cost.source.rawValue
        refusal = cost.refusal
        compileSeconds = cost.compileSeconds
        fits = cost.fits
    }

    /// Seconds of a step, whoever estimated them.
    var stepSeconds: Double { perStep.optimalSeconds ?? perStep.rooflineSeconds }

    var text: String {
        func gigabytes(_ bytes: Double) -> String { "\(BenchFigure.short(bytes / 1e9)) GB" }
        func milliseconds(_ seconds: Double) -> String { "\(BenchFigure.short(seconds * 1e3)) ms" }
        let time =
            perStep.optimalSeconds.map { "\(milliseconds($0)) by the compiler" } ?? "no estimate: \(refusal ?? "")"
        let batch = "\(batchPerDevice) a device; about \(largestBatchPerDevice) would fit"
        let advice = "use a smaller batch, more devices, or a shorter maxSequenceLength"
        let checkpointing = withCheckpointing.map {
            "\n  advice      training.gradientCheckpointing: true needs \(gigabytes(Double($0.hbmBytes)))\($0.fits ? " and fits" : ", too much as well; about \($0.largestBatchPerDevice) a device would fit"), \(milliseconds($0.seconds)) a step"
        }
        return """
            \(name) on \(topology) (\(replicas == devices ? "" : "\(replicas) of ")\(devices) × \(deviceKind))
              step        \(time); roofline \(milliseconds(perStep.rooflineSeconds))
              arithmetic  \(BenchFigure.short(perStep.flops / 1e12)) TFLOP, \(gigabytes(perStep.bytesAccessed)) moved, a device
              memory      \(gigabytes(Double(perStep.hbmBytes))) of \(gigabytes(Double(hbmCapacityBytes))) a device\(fits ? "" : " — DOES NOT FIT: \(advice)")
              batch       \(batch)
              job         \(steps) steps\(runs > 1 ? " × \(runs) runs" : ""): about \(clockText(estimatedSeconds)) (\(estimatedBy))\(checkpointing ?? "")
            """
    }
}
