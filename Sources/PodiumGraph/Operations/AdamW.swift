import Foundation

/// Adam with decoupled weight decay, for all parameters of a model at once.
///
/// Per parameter p with gradient g: g ← g · scale; m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²;
/// p ← p − rate · r · (m ÷ (√v + ε) + decay · p), with m and v divided by 1 − βᵗ first if `correctsBias`, and r from `rates`.
///
/// Inputs: learning rate (scalar), gradient scale (scalar) if `scalesGradients`, step int32 (scalar, from 0) if
/// `correctsBias`; then p, m, v, g for each parameter. Outputs: next p, m, v for each parameter.
package struct AdamW: Operation {
    /// The release's constants by default: no bias correction, decay 0.01.
    package struct Options: Hashable, Sendable {
        package var beta1: Float = 0.9
        package var beta2: Float = 0.999
        /// Added to √v.
        package var epsilon: Float = 1e-6
        package var weightDecay: Float = 0.01
        package var correctsBias = false

        package init() {}
    }

    package let options: Options
    /// Whether gradients are multiplied by a scalar, which costs no pass over memory of its own.
    package let scalesGradients: Bool
    /// Per parameter: whether weight decay applies.
    package let decays: [Bool]
    /// Per parameter: what multiplies the learning rate.
    package let rates: [Float]
    package let mnemonic = "adamW"
    package var outputNames: [String] { decays.indices.flatMap { ["p\($0)", "m\($0)", "v\($0)"] } }

    /// Index of the first parameter among the inputs.
    package var firstParameter: Int { 1 + (scalesGradients ? 1 : 0) + (options.correctsBias ? 1 : 0) }

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        decays.indices.flatMap { index in
            let group = inputs[(firstParameter + 4 * index)..<(firstParameter + 4 * index + 4)]
            precondition(Set(group).count == 1, "parameter, slots and gradient differ: \(Array(group))")
            return Array(group.prefix(3))
        }
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        let scale = scalesGradients ? inputs[1].values[0] : 1
        let (beta1, beta2) = (Double(options.beta1), Double(options.beta2))
        let time = options.correctsBias ? inputs[firstParameter - 1].values[0] + 1 : 0
        let correction1 = options.correctsBias ? 1 - pow(beta1, time) : 1
        let correction2 = options.correctsBias ? 1 - pow(beta2, time) : 1
        return decays.indices.flatMap { index in
            let first = firstParameter + 4 * index
            let rate = inputs[0].values[0] * Double(rates[index])
            var (p, m, v) = (inputs[first], inputs[first + 1], inputs[first + 2])
            for element in p.values.indices {
                let gradient = inputs[first + 3].values[element] * scale
                m.values[element] = beta1 * m.values[element] + (1 - beta1) * gradient
                v.values[element] = beta2 * v.values[element] + (1 - beta2) * gradient * gradient
                let root = (v.values[element] / correction2).squareRoot() + Double(options.epsilon)
                let decay = decays[index] ? Double(options.weightDecay) * p.values[element] : 0
                p.values[element] -= rate * (m.values[element] / correction1 / root + decay)
            }
            return [p, m, v]
        }
    }
}

extension Graph {
    /// Suffixes of the slots' names, as the release's checkpoints have them.
    package static let slotSuffixes = (first: "/adam_m", second: "/adam_v")

    /// Appends an AdamW update of parameters by their gradients.
    ///
    /// Slots are variables named after their parameter with `slotSuffixes`.
    ///
    /// - Parameters:
    ///   - gradients: one per parameter, of its shape.
    ///   - scale: float32 scalar that multiplies all gradients; nil for 1.
    ///   - learningRate: float32 scalar.
    ///   - step: int32 scalar, counted from 0; needed to correct bias.
    ///   - decays: whether weight decay applies to a parameter of this name.
    ///   - rate: what multiplies the learning rate of a parameter of this name.
    package mutating func adamW(
        _ parameters: [Variable],
        gradients: [Value],
        scale: Value?,
        learningRate: Value,
        step: Value?,
        options: AdamW.Options,
        decays: (String) -> Bool,
        rate: (String) -> Float = { _ in 1 }
    ) {
        var inputs = [learningRate] + (scale.map { [$0] } ?? [])
        if options.correctsBias {
            guard let step else { preconditionFailure("bias correction needs the step") }
            inputs.append(step)
        }
        let slots = parameters.map { parameter in
            let shape = parameter.value.shape.map(\.fixed)
            return (
                variable(parameter.name + Graph.slotSuffixes.first, shape, role: .slot),
                variable(parameter.name + Graph.slotSuffixes.second, shape, role: .slot)
            )
        }
        for (index, parameter) in parameters.enumerated() {
            inputs += [parameter.value, slots[index].0, slots[index].1, gradients[index]]
        }
        let operation = AdamW(
            options: options,
            scalesGradients: scale != nil,
            decays: parameters.map { decays($0.name) },
            rates: parameters.map { rate($0.name) }
        )
        let update = apply(operation, to: inputs)
        for (index, parameter) in parameters.enumerated() {
            assign(parameter.value, update.outputs[3 * index])
            assign(slots[index].0, update.outputs[3 * index + 1])
            assign(slots[index].1, update.outputs[3 * index + 2])
        }
    }
}
