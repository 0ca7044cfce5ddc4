import Foundation
import PodiumGraph

extension GlobalNorm: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        let squares = step.node.inputs.indices.map { index in
            let tensor = step.input(index)
            return (tensor * tensor).total
        }
        return [squares.dropFirst().reduce(squares[0], +).sqrt]
    }

    func reduced(of node: Node) -> [Value] { node.inputs }
}

extension AdamW: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        let rate = step.input(0)
        let clip = options.clip.map { $0 / step.input(1).maximum($0) }
        var corrections: (Tensor, Tensor)?
        if options.correctsBias {
            let time = step.input(firstParameter - 1).convert(.f32) + 1
            corrections = (AdamW.correction(options.beta1, time), AdamW.correction(options.beta2, time))
        }
        return decays.indices.flatMap { index in
            let first = firstParameter + 4 * index
            let p = step.input(first)
            let gradient = clip.map { step.input(first + 3) * $0 } ?? step.input(first + 3)
            let m = step.input(first + 1) * options.beta1 + gradient * (1 - options.beta1)
            let v = step.input(first + 2) * options.beta2 + gradient * gradient * (1 - options.beta2)
            let root = (corrections.map { v / $0.1 } ?? v).sqrt + options.epsilon
            let update = (corrections.map { m / $0.0 } ?? m) / root
            let decayed = decays[index] ? update + p * options.weightDecay : update
            return [p - decayed * rate, m, v]
        }
    }

    /// 1 − βᵗ, exact for small t.
    private static func correction(_ beta: Float, _ time: Tensor) -> Tensor {
        -(time * Float(Foundation.log(Double(beta)))).expMinusOne
    }

    func reduced(of node: Node) -> [Value] {
        decays.indices.map { node.inputs[firstParameter + 4 * $0 + 3] }
    }
}
