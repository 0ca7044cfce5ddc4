/// How many terms of this replica a loss averages: the denominator of its mean, before the sum over replicas.
package struct TermCount: Operation {
    package enum Terms: Hashable, Sendable {
        /// Labels ≥ 0. Input: labels int32 [rows]. Output: scalar.
        case labels
        /// Sum of the weights of rows with a label ≥ 0. Inputs: labels int32 [rows], weights [rows]. Output: scalar.
        case weights
        /// Rows. Input: targets [rows]. Output: scalar.
        case rows
        /// Starts and ends that count. Inputs: offsets int32 [sequences + 1], starts and ends int32 [sequences].
        /// Output: [2].
        case spans(SpanCrossEntropy.Outside)
    }

    package let terms: Terms
    package let mnemonic = "termCount"

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        if case .spans = terms { return [TensorType(.float32, [2])] }
        return [TensorType(.float32, [])]
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        switch terms {
        case .labels: [Reference(scalar: Double(inputs[0].values.count { $0 >= 0 }))]
        case .weights:
            [Reference(scalar: zip(inputs[0].values, inputs[1].values).reduce(0) { $0 + ($1.0 < 0 ? 0 : $1.1) })]
        case .rows: [Reference(scalar: Double(inputs[0].values.count))]
        case .spans(let outside):
            [
                Reference(
                    (0..<2).map { side in
                        Double(
                            (0..<inputs[0].values.count - 1).count { sequence in
                                SpanCrossEntropy.target(inputs[...], sequence, side, outside) != nil
                            }
                        )
                    },
                    shape: [2]
                )
            ]
        }
    }

    package func gradients(of node: Node, from outputs: [Value?], in graph: inout Graph) -> [Value?] {
        node.inputs.map { _ in nil }
    }
}

extension Graph {
    /// The denominator of a mean over a loss's terms, in the graph's `meanScope`.
    mutating func denominator(_ terms: TermCount.Terms, of inputs: [Value]) -> Value {
        denominator(apply(TermCount(terms: terms), to: inputs).outputs[0])
    }
}
