import Foundation
import PodiumGraph

extension GlobalNorm: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        let norm = GlobalNorm.norm(step.node.inputs.indices.map { step.input($0) })
        // Replicas that clip apart have a norm each; what is reported is the mean.
        return [step.lowering.options.clipsPerReplica ? step.reported(norm) : norm]
    }

    /// Euclidean norm of all elements together.
    static func norm(_ tensors: [Tensor]) -> Tensor {
        let squares = tensors.map { ($0 * $0).total }
        return squares.dropFirst().reduce(squares[0], +).sqrt
    }

    func reduced(of node: Node) -> [Value] { node.inputs }
}

extension AdamW: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        let rate = step.input(0)
        let gradients = clipped(step)
        var corrections: (Tensor, Tensor)?
        if options.correctsBias {
            let time = step.input(firstParameter - 1).convert(.f32) + 1
            corrections = (AdamW.correction(options.beta1, time), AdamW.correction(options.beta2, time))
        }
        return decays.indices.flatMap { index in
            let first = firstParameter + 4 * index
            let p = step.input(first)
            let gradient = gradients[index]
            let m = step.input(first + 1) * options.beta1 + gradient * (1 - options.beta1)
            let v = step.input(first + 2) * options.beta2 + gradient * gradient * (1 - options.beta2)
            let root = (corrections.map { v / $0.1 } ?? v).sqrt + options.epsilon
            let update = (corrections.map { m / $0.0 } ?? m) / root
            let decayed = decays[index] ? update + p * options.weightDecay : update
            return [p - decayed * rate, m, v]
        }
    }

    /// The gradients that are applied.
    private func clipped(_ step: LoweringStep) -> [Tensor] {
        let indices = decays.indices.map { firstParameter + 4 * $0 + 3 }
        let gradients = indices.map { step.input($0) }
        let isApart = step.lowering.options.clipsPerReplica
        let clip = options.clip.map { $0 / (isApart ? GlobalNorm.norm(gradients) : step.input(1)).maximum($0) }
        let clipped = clip.map { clip in gradients.map { $0 * clip } } ?? gradients
        guard isApart else { return clipped }
        let sums = step.lowering.sumOverReplicas(clipped)
        step.lowering.replace(indices.map { step.node.inputs[$0] }, by: sums)
        return sums
    }

    /// 1 − βᵗ, exact for small t.
    private static func correction(_ beta: Float, _ time: Tensor) -> Tensor {
        -(time * Float(Foundation.log(Double(beta)))).expMinusOne
    }

    func reduced(of node: Node) -> [Value] {
        decays.indices.map { node.inputs[firstParameter + 4 * $0 + 3] }
    }
}
