/// Euclidean norm of several tensors taken together.
package struct GlobalNorm: Operation {
    package let mnemonic = "globalNorm"

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] { [TensorType(.float32, [])] }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        let sum = inputs.reduce(0) { $0 + $1.values.reduce(0) { $0 + $1 * $1 } }
        return [Reference(scalar: sum.squareRoot())]
    }
}

extension Graph {
    /// Euclidean norm of all the given tensors' elements, a scalar.
    package mutating func globalNorm(_ tensors: [Value]) -> Value { apply(GlobalNorm(), to: tensors).outputs[0] }
}
