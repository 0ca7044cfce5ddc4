/// A linear layer: activation(x · weightᵀ + bias).
///
/// Inputs: x [rows, in], weight [out, in], bias [out] if `hasBias`. The gradient of a GELU reads the `sums` before it.
package struct Linear: Operation {
    package let activation: Activation
    package let hasBias: Bool
    package let mnemonic = "linear"
    package var outputNames: [String] { activation.savesSums ? ["output", "sums"] : ["output"] }

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        let (x, weight) = (inputs[0], inputs[1])
        precondition(x.shape.count == 2 && weight.shape.count == 2, "linear takes matrices, not \(x) and \(weight)")
        precondition(x.shape[1] == weight.shape[1], "x \(x) does not fit weight \(weight)")
        precondition(!hasBias || inputs[2].shape == [weight.shape[0]], "the bias does not fit weight \(weight)")
        let output = TensorType(.float32, [x.shape[0], weight.shape[0]])
        return outputNames.map { _ in output }
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        var sums = Matmul.multiply(inputs[0], inputs[1], .secondTransposed)
        if hasBias {
            for row in 0..<sums.rows {
                for column in 0..<sums.columns { sums[row, column] += inputs[2].values[column] }
            }
        }
        return [sums.map { activation($0) }] + (activation.savesSums ? [sums] : [])
    }

    package func gradients(of node: Node, from outputs: [Value?], in graph: inout Graph) -> [Value?] {
        guard let arriving = outputs[0] else { return node.inputs.map { _ in nil } }
        let saved = activation == .identity ? [] : [node.outputs[activation.savesSums ? 1 : 0]]
        let inner = graph.apply(ActivationGradient(activation: activation), to: [arriving] + saved)
        let sums = activation == .identity ? arriving : inner["sums"]
        let input = graph.apply(Matmul(form: .plain), to: [sums, node.inputs[1]]).outputs[0]
        let weight = graph.apply(Matmul(form: .firstTransposed), to: [sums, node.inputs[0]]).outputs[0]
        return [input, weight] + (hasBias ? [inner["bias"]] : [])
    }
}

/// Back through bias and activation: the gradient of the sums, and its column sums, which are the bias's gradient.
///
/// Inputs: gradient [rows, out]; unless `identity`, the saved tensor. Outputs: bias [out]; unless `identity`, sums.
package struct ActivationGradient: Operation {
    package let activation: Activation
    package let mnemonic = "activationGradient"
    package var outputNames: [String] { activation == .identity ? ["bias"] : ["bias", "sums"] }

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        [TensorType(.float32, [inputs[0].shape[1]])] + (activation == .identity ? [] : [inputs[0]])
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        var sums = inputs[0]
        var bias = Reference(zeros: [sums.columns])
        for index in sums.values.indices {
            if activation != .identity { sums.values[index] *= activation.derivative(inputs[1].values[index]) }
            bias.values[index % sums.columns] += sums.values[index]
        }
        return [bias] + (activation == .identity ? [] : [sums])
    }
}

/// A matrix multiplication, as in the backward pass of `Linear`.
package struct Matmul: Operation {
    package enum Form: String, Hashable, Sendable {
        /// a [m, k] · b [k, n]
        case plain
        /// a [k, m] ᵀ · b [k, n]
        case firstTransposed
        /// a [m, k] · b [n, k] ᵀ
        case secondTransposed
    }

    package let form: Form
    package let mnemonic = "matmul"

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        let (a, b) = (inputs[0].shape, inputs[1].shape)
        let inner = (form == .firstTransposed ? a[0] : a[1], form == .secondTransposed ? b[1] : b[0])
        precondition(inner.0 == inner.1, "\(inputs[0]) and \(inputs[1]) do not fit a \(form.rawValue) product")
        let shape = [form == .firstTransposed ? a[1] : a[0], form == .secondTransposed ? b[0] : b[1]]
        return [TensorType(.float32, shape)]
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] { [Matmul.multiply(inputs[0], inputs[1], form)] }

    static func multiply(_ a: Reference, _ b: Reference, _ form: Form) -> Reference {
        let (m, k) = form == .firstTransposed ? (a.columns, a.rows) : (a.rows, a.columns)
        let n = form == .secondTransposed ? b.rows : b.columns
        var result = Reference(zeros: [m, n])
        for row in 0..<m {
            for column in 0..<n {
                result[row, column] = (0..<k).reduce(0) { sum, inner in
                    let left = form == .firstTransposed ? a[inner, row] : a[row, inner]
                    return sum + left * (form == .secondTransposed ? b[column, inner] : b[inner, column])
                }
            }
        }
        return result
    }
}

extension Graph {
    /// activation(x · weightᵀ + bias).
    ///
    /// A decoder that is tied to the word embeddings is a linear layer with the embedding table as its weight; the
    /// table's gradient is the sum over both uses.
    ///
    /// - Parameters:
    ///   - x: float32 [rows, in].
    ///   - weight: float32 [out, in].
    ///   - bias: float32 [out].
    /// - Returns: float32 [rows, out].
    package mutating func linear(
        _ x: Value,
        weight: Value,
        bias: Value? = nil,
        activation: Activation = .identity
    ) -> Value {
        let operation = Linear(activation: activation, hasBias: bias != nil)
        return apply(operation, to: [x, weight] + (bias.map { [$0] } ?? [])).outputs[0]
    }
}
