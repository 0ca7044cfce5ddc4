import Foundation
import PodiumGraph

extension GlobalNorm: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        let squares = step.node.inputs.indices.map { step.input($0) }.map { ($0 * $0).total }
        return [squares.dropFirst().reduce(squares[0], +).sqrt]
    }
}

extension ClipScale: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] { [limit / step.input(0).maximum(limit)] }
}

extension ScaleTensors: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] { (0..<count).map { step.input($0 + 1) * step.input(0) } }
}

extension AllReduce: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        let replicas = step.lowering.options.replicas
        let inputs = (0..<count).map { step.input($0) }
        guard replicas > 1 else { return inputs }
        let group = (0..<replicas).map(String.init).joined(separator: ", ")
        let sums = step.writer.emit(
            "stablehlo.all_reduce",
            inputs,
            "replica_groups = dense<[[\(group)]]> : tensor<1x\(replicas)xi64>",
            region: ProgramWriter.combining("stablehlo.add", .f32),
            to: inputs.map(\.type)
        )
        return reduction == .mean ? sums.map { $0 / Float(replicas) } : sums
    }
}

extension AdamW: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        let rate = step.input(0)
        let gradients = decays.indices.map { index in
            let gradient = step.input(firstParameter + 4 * index + 3)
            return scalesGradients ? gradient * step.input(1) : gradient
        }
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
            let own = rates[index] == 1 ? rate : rate * rates[index]
            return [p - decayed * own, m, v]
        }
    }

    /// 1 − βᵗ, exact for small t.
    private static func correction(_ beta: Float, _ time: Tensor) -> Tensor {
        -(time * Float(Foundation.log(Double(beta)))).expMinusOne
    }
}
