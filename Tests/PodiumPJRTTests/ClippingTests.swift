import Foundation
import PodiumBERT
import PodiumCPU
import PodiumGraph
import PodiumPJRT
import Testing

/// Clipping where two devices share a batch, as the 2018 release does it on TPUs.
///
/// Replica r has the gradient gᵣ of its own mean loss; the optimizer gets G = Σᵣ gᵣ · 1 ÷ max(1, ‖gᵣ‖). Each gᵣ and ‖gᵣ‖
/// comes from our own engine, given that half of the batch alone; the sum and AdamW are written out below in float64.
@Suite(.serialized) struct ClippingTests {
    private static let steps = 4
    private static let rate = 2e-4

    /// A half of the batch of a step, numbered as in the whole.
    private func half(_ step: Int, _ part: Int, _ head: Head) -> PackedBatch {
        let whole = TrainingTests.batch(step, head: head)
        func integers(_ name: String) -> [Int32] { whole.feeds[name]?.integers ?? [] }
        let sequences = part * 3..<part * 3 + 3
        let offsets = integers("offsets").map { Int($0) }
        let content = sequences.map { sequence in
            let tokens = offsets[sequence]..<offsets[sequence + 1]
            return PackedBatch.Sequence(
                ids: Array(integers("tokens")[tokens]),
                types: Array(integers("types")[tokens]),
                example: integers("examples")[sequence]
            )
        }
        var batch = PackedBatch(content, isTraining: true)
        for name in ["labels", "starts", "ends", "nextLabels"] where whole.feeds[name] != nil {
            batch.feed(name, HostTensor(Array(integers(name)[sequences])))
        }
        if head == .regression {
            batch.feed("targets", HostTensor(Array((whole.feeds["targets"]?.floats ?? [])[sequences])))
        }
        if head == .pretraining() {
            // Two places a sequence.
            let places = part * 6..<part * 6 + 6
            let start = Int32(offsets[sequences.lowerBound])
            batch.feed("maskedPositions", HostTensor(integers("maskedPositions")[places].map { $0 - start }))
            batch.feed("maskedLabels", HostTensor(Array(integers("maskedLabels")[places])))
        }
        return batch
    }

    /// A parameter with its slots, in float64.
    private struct Entry {
        var value: [Double]
        var first: [Double]
        var second: [Double]

        init(_ values: [Float]) {
            value = values.map(Double.init)
            first = value.map { _ in 0 }
            second = first
        }

        /// `AdamWeightDecayOptimizer.apply_gradients` of the release.
        mutating func update(_ gradient: [Double], rate: Double, decays: Bool) {
            for index in value.indices {
                first[index] = 0.9 * first[index] + 0.1 * gradient[index]
                second[index] = 0.999 * second[index] + 0.001 * gradient[index] * gradient[index]
                var update = first[index] / (second[index].squareRoot() + 1e-6)
                if decays { update += 0.01 * value[index] }
                value[index] -= rate * update
            }
        }
    }

    /// Mean losses and weights by the formula, and the norms of the halves' gradients.
    private func reference(_ head: Head) throws -> (losses: [Double], weights: Weights, norms: [Double]) {
        let device = try CPUDevice(CPUConfiguration(threads: 2))
        let halves = try (0..<2).map { _ in try TrainingTests.trainer(head, on: device, returningGradients: true) }
        var weights = try halves[0].weights()
        var entries = weights.tensors.mapValues { Entry($0.floats) }
        var (losses, norms): ([Double], [Double]) = ([], [])
        for step in 0..<Self.steps {
            var sums = entries.mapValues { $0.value.map { _ in 0.0 } }
            var loss = 0.0
            for (part, trainer) in halves.enumerated() {
                for (name, tensor) in weights.tensors { try trainer.variables.write(name, tensor) }
                let (measured, outputs) = try trainer.trainReturningOutputs(half(step, part, head), learningRate: 0)
                loss += measured.loss / 2
                norms.append(measured.gradientNorm)
                let clip = 1 / max(1, measured.gradientNorm)
                for name in sums.keys {
                    let gradient = try #require(outputs["gradient/\(name)"]).floats
                    sums[name] = zip(sums[name] ?? [], gradient).map { $0 + Double($1) * clip }
                }
            }
            losses.append(loss)
            for (name, gradient) in sums {
                entries[name]?.update(gradient, rate: Self.rate, decays: WeightDecay.applies(to: name))
                let floats = (entries[name]?.value ?? []).map { Float($0) }
                weights.tensors[name] = HostTensor(floats, shape: weights.tensors[name]?.shape ?? [])
            }
        }
        return (losses, weights, norms)
    }

    private func train(
        _ head: Head,
        _ scope: MeanScope,
        replicas: Int
    ) throws -> (losses: [Double], weights: Weights) {
        let configuration = PJRTConfiguration(replicas: replicas)
        return try TrainingTests.train(
            head,
            steps: Self.steps,
            on: TestDevice.device(configuration),
            clippingScope: scope
        )
    }

    @Test(arguments: [Head.classification(labels: 2), .regression, .span, .pretraining()])
    func replicasClipTheirOwnGradientsAsTheReleaseDoes(_ head: Head) throws {
        let reference = try reference(head)
        // Otherwise nothing is clipped and the test shows nothing.
        #expect(reference.norms.contains { $0 > 1 }, "\(reference.norms)")
        let two = try train(head, .replica, replicas: 2)
        TrainingTests.expectClose(two, (reference.losses, reference.weights), head)
    }

    @Test func theTwoWaysDifferOnTwoDevicesAndNotOnOne() throws {
        let head = Head.classification(labels: 2)
        let (one, same) = try (train(head, .replica, replicas: 1), train(head, .batch, replicas: 1))
        #expect(one.losses == same.losses && one.weights.tensors == same.weights.tensors)
        let (apart, together) = try (train(head, .replica, replicas: 2), train(head, .batch, replicas: 2))
        let start = try TrainingTests.trainer(head, on: CPUDevice(CPUConfiguration(threads: 2))).weights()
        let (way, difference) = (distance(apart.weights, start), distance(apart.weights, together.weights))
        #expect(difference > 0.01 * way, "\(difference) of \(way)")
    }

    private func distance(_ left: Weights, _ right: Weights) -> Double {
        left.tensors.reduce(0) { sum, entry in
            let pairs = zip(entry.value.floats, right.tensors[entry.key]?.floats ?? [])
            return sum + pairs.reduce(0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
        }.squareRoot()
    }
}
