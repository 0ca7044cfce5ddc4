package import PodiumGraph

/// A small graph with everything needed to run it, by which executors and gradient rules are tested.
///
/// Every case has the outputs `loss` and `gradient/<name>` for each parameter.
package struct GraphCase: Sendable, CustomStringConvertible {
    package let name: String
    package let graph: Graph
    package let feeds: [String: Reference]
    package let variables: [String: Reference]

    package init(name: String, graph: Graph, feeds: [String: Reference], variables: [String: Reference]) {
        (self.name, self.graph, self.feeds, self.variables) = (name, graph, feeds, variables)
    }

    package var description: String { name }

    /// The fed tensors with the element types that the graph declares.
    package var hostFeeds: [String: HostTensor] {
        var result: [String: HostTensor] = [:]
        for input in graph.inputs { result[input.name] = feeds[input.name]?.host(input.value.type.element) }
        return result
    }

    /// The first tokens of packed sequences, embedded by tables of five rows: what feeding is tested on.
    ///
    /// Inputs `offsets` and `tokens`, output `first`.
    package static func embedding() -> Graph {
        var graph = Graph()
        let packed = graph.packedSequences(training: false)
        let ids = graph.input("tokens", .int32, [packed.tokens])
        let table = graph.parameter("table", [5, 4])
        let y = graph.embed(
            tokens: ids,
            positions: packed.positions,
            types: ids,
            wordTable: table,
            positionTable: table,
            typeTable: table,
            gamma: graph.parameter("gamma", [4]),
            beta: graph.parameter("beta", [4])
        )
        graph.output("first", graph.firstTokens(y, of: packed))
        return graph
    }
}

/// How large the cases are: small for finite differences, large to cross the kernels' block sizes.
package struct CaseSize: Sendable {
    /// Tokens of each packed sequence.
    package let lengths: [Int]
    package let width: Int
    package let heads: Int
    package let vocabulary: Int

    /// Odd sizes; one sequence has a single token.
    package static let small = CaseSize(lengths: [3, 1, 5], width: 6, heads: 2, vocabulary: 11)
    /// More queries than a score block has, rows than a row block, columns than a group of random words.
    package static let large = CaseSize(lengths: [130, 1, 17, 65], width: 70, heads: 5, vocabulary: 203)

    /// Most words are in no sequence.
    package static let manyWords = CaseSize(lengths: [40, 1, 17], width: 70, heads: 5, vocabulary: 1500)

    package var tokens: Int { lengths.reduce(0, +) }
}

/// Collects a case's graph, feeds and variables while it is written down.
package struct CaseBuilder {
    package var graph = Graph()
    package let size: CaseSize
    package let packed: PackedSequences
    private var feeds: [String: Reference] = [:]
    private var variables: [String: Reference] = [:]
    private var drawn: UInt32 = 0

    package init(_ size: CaseSize) {
        self.size = size
        packed = graph.packedSequences(training: true)
        let offsets = size.lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
        feeds["offsets"] = Reference(offsets.map(Double.init), shape: [offsets.count])
        feeds["examples"] = Reference(size.lengths.indices.map { Double(1000 + 7 * $0) }, shape: [size.lengths.count])
        feeds["seed"] = Reference(scalar: 42)
        feeds["step"] = Reference(scalar: 3)
    }

    /// Numbers between -1 and 1 which float32 holds exactly, so that both executors see the same.
    package mutating func random(_ shape: [Int]) -> Reference {
        let values = (0..<shape.reduce(1, *)).map { index -> Double in
            let word = Philox.words(counter: SIMD4(UInt32(index), drawn, 0, 0), key: SIMD2(1, 2)).x
            return Double(Int32(bitPattern: word) >> 8) / 8_388_608
        }
        drawn += 1
        return Reference(values, shape: shape)
    }

    /// A parameter of random content: `center` ± `spread`.
    package mutating func parameter(
        _ name: String,
        _ shape: [Int],
        center: Double = 0,
        spread: Double = 1
    ) -> Value {
        variables[name] = Reference(random(shape).values.map { Double(Float(center + spread * $0)) }, shape: shape)
        return graph.parameter(name, shape)
    }

    /// A fed tensor.
    package mutating func input(_ name: String, _ dimensions: [Dimension], _ content: Reference) -> Value {
        feeds[name] = content
        return graph.input(name, .float32, dimensions)
    }

    /// Fed integers.
    package mutating func indices(_ name: String, _ dimension: Dimension, _ content: [Int]) -> Value {
        feeds[name] = Reference(content.map(Double.init), shape: [content.count])
        return graph.input(name, .int32, [dimension])
    }

    /// A per-token tensor that gradients reach: rows of a parameter.
    package mutating func tokens(_ name: String, width: Int) -> Value {
        let table = parameter(name, [size.tokens, width])
        let rows = indices("\(name)/rows", packed.tokens, (0..<size.tokens).map { ($0 * 5 + 2) % size.tokens })
        return graph.gatherRows(table, at: rows)
    }

    /// A scalar that depends on every element of [rows, width].
    package mutating func project(_ x: Value, rows: Int) -> Value {
        let weight = parameter("projection", [1, x.width])
        let targets = input("targets", [x.shape[0]], random([rows]))
        return graph.squaredError(graph.linear(x, weight: weight), targets: targets)
    }

    /// The case, with the loss's gradients as outputs.
    package mutating func finish(_ name: String, loss: Value) -> GraphCase {
        let parameters = graph.parameters
        let gradients = graph.gradients(of: loss, withRespectTo: parameters.map(\.value))
        graph.output("loss", loss)
        for (parameter, gradient) in zip(parameters, gradients) {
            graph.output("gradient/\(parameter.name)", gradient)
        }
        return GraphCase(name: name, graph: graph, feeds: feeds, variables: variables)
    }

    /// The case with an AdamW update in place of bare gradients.
    package mutating func finish(_ name: String, minimize loss: Value, options: OptimizerOptions) -> GraphCase {
        feeds["learningRate"] = Reference(scalar: 0.125)
        let rate = graph.input("learningRate", .float32, [])
        let update = graph.minimize(
            loss,
            parameters: graph.parameters,
            learningRate: rate,
            step: packed.tokenRows?.step,
            options: options,
            decays: { !$0.hasSuffix("bias") },
            rate: { $0.hasSuffix("bias") ? 0.5 : 1 }
        )
        graph.output("loss", graph.reported(loss))
        graph.output("norm", update.norm)
        for slot in graph.variables where slot.role == .slot {
            var content = random(slot.value.shape.map(\.fixed))
            // Words that no sequence has had yet have slots of zeros. (Those of this batch do not: an update by a gradient
            // over its own root magnifies rounding.)
            if slot.value.width == size.width, content.rows == size.vocabulary {
                for row in 7 * size.tokens + 3..<max(content.rows, 7 * size.tokens + 3) where row % 5 > 0 {
                    for column in 0..<content.columns { content[row, column] = 0 }
                }
            }
            variables[slot.name] = content.map { slot.name.hasSuffix(Graph.slotSuffixes.second) ? $0.magnitude : $0 }
        }
        return GraphCase(name: name, graph: graph, feeds: feeds, variables: variables)
    }
}
