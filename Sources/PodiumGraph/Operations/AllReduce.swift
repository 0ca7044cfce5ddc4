/// Element-wise sum or mean of tensors over all replicas, in one exchange; every replica gets the result.
///
/// Inputs: any number of float32 tensors. Outputs: one of the same type for each.
package struct AllReduce: CollectiveOperation {
    package enum Reduction: String, Hashable, Sendable { case sum, mean }

    package let reduction: Reduction
    /// Number of tensors.
    package let count: Int
    package let mnemonic = "allReduce"
    package var outputNames: [String] { (0..<count).map { "output\($0)" } }

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        precondition(inputs.count == count && count > 0, "\(count) tensors are reduced, not \(inputs.count)")
        precondition(inputs.allSatisfy { $0.element == .float32 }, "only float32 tensors are reduced")
        return inputs
    }

    package func evaluate(replicas inputs: [[Reference]]) -> [[Reference]] {
        let factor = reduction == .mean ? 1 / Double(inputs.count) : 1
        let reduced = (0..<count).map { index in
            let terms = inputs.map { $0[index] }
            let sums = terms[0].values.indices.map { element in terms.reduce(0) { $0 + $1.values[element] } * factor }
            return Reference(sums, shape: terms[0].shape)
        }
        return inputs.map { _ in reduced }
    }

    /// The loss that is differentiated is the sum of all replicas' losses, so an input's gradient is the reduction of
    /// the gradients that arrive at all replicas.
    package func gradients(of node: Node, from outputs: [Value?], in graph: inout Graph) -> [Value?] {
        let arriving = outputs.compactMap(\.self)
        var reduced = graph.allReduce(arriving, reduction)[...]
        return outputs.map { $0 == nil ? nil : reduced.removeFirst() }
    }
}

extension Graph {
    /// Sums or means of float32 tensors over all replicas; one replica's own tensors if there is only one.
    package mutating func allReduce(_ tensors: [Value], _ reduction: AllReduce.Reduction = .sum) -> [Value] {
        guard !tensors.isEmpty else { return [] }
        return apply(AllReduce(reduction: reduction, count: tensors.count), to: tensors).outputs
    }

    /// The denominator of a mean in the graph's `meanScope`, from this replica's count of terms.
    mutating func denominator(_ count: Value) -> Value { meanScope == .batch ? allReduce([count])[0] : count }

    /// The loss of the whole batch, for reporting, from this replica's: the sum of shares of a batch's mean, or the mean
    /// of the replicas' own means.
    package mutating func reported(_ loss: Value) -> Value {
        allReduce([loss], meanScope == .batch ? .sum : .mean)[0]
    }
}
