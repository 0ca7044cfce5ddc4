internal import Foundation
internal import PodiumCore
internal import PodiumPJRT
internal import PodiumPrimitives

/// What the compiler says of a step, and what follows for the job.
package struct PlanResult: Codable {
    package struct Step: Codable {
        /// Null, like bytes and seconds, where the compiler refuses the step for the memory it needs.
        package var flops: Double?
        package var bytesAccessed: Double?
        /// Null also where the compiler's estimate makes no sense.
        package var optimalSeconds: Double?
        package var rooflineSeconds: Double?
        /// At least so much, where the compiler refuses.
        package var hbmBytes: Int

        package func encode(to encoder: any Encoder) throws {
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
    package struct Alternative: Codable {
        package var hbmBytes: Int
        package var seconds: Double?
        package var largestBatchPerDevice: Int
        package var fits: Bool

        init(_ result: PlanResult) {
            hbmBytes = result.perStep.hbmBytes
            seconds = result.stepSeconds
            largestBatchPerDevice = result.largestBatchPerDevice
            fits = result.fits
        }
    }

    package var name: String
    package var topology: String
    package var deviceKind: String
    /// Devices of the topology.
    package var devices: Int
    /// Devices that share the batch.
    package var replicas: Int
    /// Of one device.
    package var perStep: Step
    package var hbmCapacityBytes: Int
    package var batchPerDevice: Int
    /// What should still fit a device, by the memory that this batch takes.
    package var largestBatchPerDevice: Int
    package var steps: Int
    package var runs: Int
    /// Of all runs, one after the other; null where the compiler refuses the step.
    package var estimatedSeconds: Double?
    /// `compiler` or `roofline`.
    package var estimatedBy: String?
    /// Why not the compiler's.
    package var refusal: String?
    package var compileSeconds: Double?
    package var fits: Bool
    /// Of a step that does not fit.
    package var withCheckpointing: Alternative?

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

    /// A step that the compiler refuses, because its temporaries alone are more than a device has.
    init(
        _ step: PlannedStep,
        _ topology: String,
        _ device: (kind: String, count: Int, memoryBytes: Int),
        _ share: Int,
        replicas: Int,
        temporaries: Int,
        kept: Int
    ) {
        name = step.name
        self.topology = topology
        deviceKind = device.kind
        devices = device.count
        self.replicas = replicas
        perStep = Step(hbmBytes: temporaries + kept)
        hbmCapacityBytes = device.memoryBytes
        batchPerDevice = share
        largestBatchPerDevice = StepCost.largestBatch(
            from: share,
            temporaries: temporaries,
            others: kept,
            capacity: device.memoryBytes
        )
        steps = step.steps
        runs = step.runs
        refusal = "the compiler refuses a step that does not fit"
        fits = false
    }

    /// Seconds of a step, whoever estimated them.
    package var stepSeconds: Double? { perStep.optimalSeconds ?? perStep.rooflineSeconds }

    /// On one line: `100 steps, 12.3 ms a step on 4 × TPU v2 (compiler)`.
    package var summary: String {
        let step = stepSeconds.map { "\(NumberText.fixed($0 * 1e3, digits: 1)) ms a step" } ?? "too large"
        return "\(steps) steps, \(step) on \(replicas) × \(deviceKind) (\(estimatedBy ?? "compiler"))"
    }

    package var text: String {
        func gigabytes(_ bytes: Double) -> String { "\(NumberText.short(bytes / 1e9)) GB" }
        func milliseconds(_ seconds: Double) -> String { "\(NumberText.short(seconds * 1e3)) ms" }
        var lines = [
            "\(name) on \(topology) (\(replicas == devices ? "" : "\(replicas) of ")\(devices) × \(deviceKind))"
        ]
        func add(_ label: String, _ text: String) {
            lines.append("  " + label.padding(toLength: 12, withPad: " ", startingAt: 0) + text)
        }
        let time =
            perStep.optimalSeconds.map { "\(milliseconds($0)) by the compiler" } ?? "no estimate: \(refusal ?? "")"
        add("step", time + (perStep.rooflineSeconds.map { "; roofline \(milliseconds($0))" } ?? ""))
        if let flops = perStep.flops, let bytes = perStep.bytesAccessed {
            add("arithmetic", "\(NumberText.short(flops / 1e12)) TFLOP, \(gigabytes(bytes)) moved, a device")
        }
        let need = (perStep.flops == nil ? "at least " : "") + gigabytes(Double(perStep.hbmBytes))
        let advice = "use a smaller batch, more devices, or a shorter maxSequenceLength"
        let verdict = fits ? "" : " — DOES NOT FIT: \(advice)"
        add("memory", "\(need) of \(gigabytes(Double(hbmCapacityBytes))) a device\(verdict)")
        add("batch", "\(batchPerDevice) a device; about \(largestBatchPerDevice) would fit")
        let estimate = estimatedSeconds.map { ": about \(NumberText.clock($0)) (\(estimatedBy ?? ""))" } ?? ""
        add("job", "\(steps) steps\(runs > 1 ? " × \(runs) runs" : "")\(estimate)")
        if let other = withCheckpointing {
            let need = (other.seconds == nil ? "at least " : "") + gigabytes(Double(other.hbmBytes))
            let room = "too much as well; about \(other.largestBatchPerDevice) a device would fit"
            let step = other.seconds.map { ", \(milliseconds($0)) a step" } ?? ""
            let verdict = other.fits ? " and fits" : ", \(room)"
            add("advice", "training.gradientCheckpointing: true needs \(need)\(verdict)\(step)")
        }
        return lines.joined(separator: "\n")
    }
}
