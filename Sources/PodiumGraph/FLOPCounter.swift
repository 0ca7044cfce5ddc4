/// Counts the floating-point operations of a graph's matrix products, by the shapes of what is fed.
///
/// A product of m × k and k × n numbers counts 2·m·n·k. Attention counts its two products over the pairs of tokens that
/// may see each other, and twice as much for its gradient; recurrent layers count their products with the state. What is
/// element-wise, gathers or sums counts nothing, and padding never does: the count is of the work, whatever executor does
/// it. Counts are whole numbers, exact below 2⁵³.
package struct FLOPCounter: Sendable {
    private let graph: Graph
    private let nodes: [Node]

    package init(_ graph: Graph) {
        self.graph = graph
        nodes = graph.nodes(neededFor: Set(graph.outputs.map(\.value) + graph.assignments.map(\.value)))
            .filter { $0.operation is any CountedProduct }
    }

    /// The operations of one run.
    package func count(_ feeds: [String: HostTensor]) throws(GraphError) -> Double {
        let sizes = try graph.bindings(for: feeds)
        let offsets = feeds["offsets"]?.integers ?? []
        let lengths = zip(offsets, offsets.dropFirst()).map { Double($1 - $0) }
        return nodes.reduce(0) { sum, node in
            guard let operation = node.operation as? any CountedProduct else { return sum }
            let shapes = node.inputs.map { $0.type.dimensions(in: sizes).map(Double.init) }
            return sum + operation.flops(shapes, lengths: lengths)
        }
    }
}

/// An operation that multiplies matrices.
protocol CountedProduct: Operation {
    /// - Parameters:
    ///   - shapes: of the inputs.
    ///   - lengths: of the batch's sequences.
    func flops(_ shapes: [[Double]], lengths: [Double]) -> Double
}

extension Linear: CountedProduct {
    func flops(_ shapes: [[Double]], lengths: [Double]) -> Double { 2 * shapes[0][0] * shapes[1][0] * shapes[1][1] }
}

extension Matmul: CountedProduct {
    func flops(_ shapes: [[Double]], lengths: [Double]) -> Double {
        let (a, b) = (shapes[0], shapes[1])
        return 2 * a[0] * a[1] * (form == .secondTransposed ? b[0] : b[1])
    }
}

extension Attention: CountedProduct {
    func flops(_ shapes: [[Double]], lengths: [Double]) -> Double {
        let width = shapes[0][1] / (isFused ? 3 : 1)
        let pairs = lengths.reduce(0) { $0 + (mask == .causal ? $1 * ($1 + 1) / 2 : $1 * $1) }
        return 4 * width * pairs
    }
}

extension AttentionGradient: CountedProduct {
    func flops(_ shapes: [[Double]], lengths: [Double]) -> Double {
        2 * forward.flops(Array(shapes[3...]), lengths: lengths)
    }
}

extension ClassAttention: CountedProduct {
    /// Queries, their products with the keys' weight and of the weighted sums with the values' weight; scores and sums.
    func flops(_ shapes: [[Double]], lengths: [Double]) -> Double {
        let (tokens, width) = (shapes[0][0], shapes[0][1])
        return 6 * Double(lengths.count) * width * width + 4 * tokens * Double(heads) * width
    }
}

extension ClassAttentionGradient: CountedProduct {
    func flops(_ shapes: [[Double]], lengths: [Double]) -> Double {
        2 * forward.flops(Array(shapes[firstInput...]), lengths: lengths)
    }
}

extension LSTM: CountedProduct {
    func flops(_ shapes: [[Double]], lengths: [Double]) -> Double { 2 * shapes[0][0] * shapes[1][0] * shapes[1][1] }
}

extension LSTMGradient: CountedProduct {
    /// The gradient of the state; that of the weight is a product of its own.
    func flops(_ shapes: [[Double]], lengths: [Double]) -> Double { 2 * shapes[0][0] * shapes[3][0] * shapes[3][1] }
}
