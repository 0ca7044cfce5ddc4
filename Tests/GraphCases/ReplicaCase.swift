package import PodiumGraph

/// A training step whose batch is divided over replicas, with shares of unequal size.
package struct ReplicaCase: Sendable, CustomStringConvertible {
    package enum Loss: String, CaseIterable, Sendable { case labels, targets, spans }

    package let loss: Loss
    package let graph: Graph
    /// The whole batch on one replica.
    package let whole: [String: Reference]
    /// The same batch, a share a replica.
    package let shares: [[String: Reference]]
    package let variables: [String: Reference]

    package var description: String { loss.rawValue }

    private static let width = 4
    private static let lengths = [3, 1, 5, 2, 4]
    /// Sequences of each replica.
    private static let parts = [0..<2, 2..<5]

    package init(_ loss: Loss, scope: MeanScope, clip: Float? = 0.01, returningOwn: Bool = true) {
        self.loss = loss
        var graph = Graph()
        graph.meanScope = scope
        let packed = graph.packedSequences(training: true)
        let tokens = graph.input("tokens", .int32, [packed.tokens])
        let x = graph.gatherRows(graph.parameter("table", [7, Self.width]), at: tokens)
        let fused = graph.linear(x, weight: graph.parameter("qkv.weight", [3 * Self.width, Self.width]))
        let y = graph.attention(fused: fused, sequences: packed, heads: 2, dropoutRate: 0.25)
        let value = Self.append(loss, y, packed, to: &graph)
        var options = OptimizerOptions()
        options.clip = clip
        options.clippingScope = scope
        let parameters = graph.parameters
        let update = graph.minimize(
            value,
            parameters: parameters,
            learningRate: graph.input("learningRate", .float32, []),
            options: options
        ) { $0.hasSuffix("weight") }
        graph.output("loss", graph.reported(value))
        if returningOwn { graph.output("own", value) }
        graph.output("norm", update.norm)
        for (parameter, gradient) in zip(parameters, update.gradients) {
            graph.output("gradient/\(parameter.name)", gradient)
        }
        self.graph = graph
        whole = Self.feeds(loss, Self.lengths.indices)
        shares = Self.parts.map { Self.feeds(loss, $0) }
        var variables: [String: Reference] = [:]
        for (number, variable) in graph.variables.enumerated() {
            let shape = variable.value.shape.map(\.fixed)
            let values = (0..<shape.reduce(1, *)).map { index -> Double in
                let word = Philox.words(counter: SIMD4(UInt32(index), UInt32(number), 0, 0), key: SIMD2(5, 6)).x
                return Double(Int32(bitPattern: word) >> 8) / 8_388_608
            }
            variables[variable.name] = Reference(variable.role == .slot ? values.map { $0 * $0 } : values, shape: shape)
        }
        self.variables = variables
    }

    private static func append(_ loss: Loss, _ y: Value, _ packed: PackedSequences, to graph: inout Graph) -> Value {
        switch loss {
        case .labels:
            let labels = graph.input("labels", .int32, [packed.sequences])
            let logits = graph.linear(
                graph.firstTokens(y, of: packed),
                weight: graph.parameter("classes.weight", [3, width])
            )
            return graph.softmaxCrossEntropy(logits, labels: labels)
        case .targets:
            let targets = graph.input("targets", .float32, [packed.sequences])
            let predictions = graph.linear(
                graph.firstTokens(y, of: packed),
                weight: graph.parameter("score.weight", [1, width])
            )
            return graph.squaredError(predictions, targets: targets)
        case .spans:
            let starts = graph.input("starts", .int32, [packed.sequences])
            let ends = graph.input("ends", .int32, [packed.sequences])
            let logits = graph.linear(y, weight: graph.parameter("span.weight", [2, width]))
            return graph.spanCrossEntropy(logits, sequences: packed, starts: starts, ends: ends)
        }
    }

    private static func feeds(_ loss: Loss, _ sequences: Range<Int>) -> [String: Reference] {
        func vector(_ values: [Int]) -> Reference { Reference(values.map(Double.init), shape: [values.count]) }
        let starts = lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
        let tokens = starts[sequences.lowerBound]..<starts[sequences.upperBound]
        var feeds = [
            "offsets": vector(starts[sequences.lowerBound...sequences.upperBound].map { $0 - tokens.lowerBound }),
            "tokens": vector(tokens.map { ($0 * 5 + 2) % 7 }), "examples": vector(sequences.map { 100 + $0 }),
            "seed": Reference(scalar: 3), "step": Reference(scalar: 4), "learningRate": Reference(scalar: 0.125),
        ]
        switch loss {
        // Labels and spans of some sequences do not count.
        case .labels: feeds["labels"] = vector(sequences.map { [1, -1, 0, 2, 1][$0] })
        case .targets:
            feeds["targets"] = Reference(sequences.map { Double($0) - 1.5 }, shape: [sequences.count])
        case .spans:
            feeds["starts"] = vector(sequences.map { [0, 4, 2, 1, 0][$0] })
            feeds["ends"] = vector(sequences.map { [2, 0, 9, 1, 3][$0] })
        }
        return feeds
    }
}
