import PodiumGraph

/// An analysis of a graph that lowering and feeding share: needed nodes, and which dimensions and indices are packed.
struct GraphLayout {
    /// The needed nodes, in order.
    let nodes: [Node]
    /// The node that produces each value.
    let producers: [Value: Node]
    /// The input with the sequences' offsets, if there is one.
    let offsets: Graph.Input?
    /// Symbols of packed tokens and of sequences.
    let tokens: String?
    let sequences: String?
    /// Inputs that hold indices.
    let indices: [(name: String, index: IndexInput)]
    /// Longest sequence that the position tables allow.
    let longest: Int?
    /// Values that losses read or yield; they stay float32.
    let float32Values: Set<Value>
    /// For other symbols, the input that maps each of their rows to a token, if there is one.
    let tokenIndexInputs: [String: String]

    init(_ graph: Graph) throws(GraphError) {
        nodes = graph.nodes(neededFor: Set(graph.outputs.map(\.value) + graph.assignments.map(\.value)))
        producers = Dictionary(uniqueKeysWithValues: nodes.flatMap { node in node.outputs.map { ($0, node) } })
        var offsets: Value?
        var tokens: Dimension?
        var indices: [(name: String, index: IndexInput)] = []
        var longest: Int?
        var float32Values = Set(graph.outputs.map(\.value))
        let positions = Set(nodes.filter { $0.operation is TokenCoordinates }.map { $0["positions"] })
        // The node that knows the tokens' symbol may be unneeded, in a graph that only gathers sequences' ends.
        let coordinates = graph.nodes.filter { $0.operation is TokenCoordinates }
        for node in nodes + coordinates {
            guard let operation = node.operation as? any LoweredOperation else {
                throw GraphError(
                    .unsupported,
                    "\(node.operation.mnemonic) has no StableHLO program; run it with device: cpu"
                )
            }
            if operation.isLoss { float32Values.formUnion(node.inputs + node.outputs) }
            if let packing = operation.packing(of: node) {
                guard offsets == nil || offsets == packing.offsets else {
                    throw GraphError(.unsupported, "sequences packed in two ways cannot be lowered")
                }
                offsets = packing.offsets
                tokens = packing.tokens ?? tokens
            }
            for index in operation.indices(of: node) {
                if let input = graph.inputs.first(where: { $0.value == index.value }) {
                    indices.append((input.name, index))
                } else if positions.contains(index.value), index.bound.symbol == nil {
                    longest = min(longest ?? .max, index.bound.fixed)
                }
            }
        }
        self.float32Values = float32Values
        self.offsets = graph.inputs.first { $0.value == offsets }
        if offsets != nil, self.offsets == nil {
            throw GraphError(.unsupported, "the offsets of packed sequences must be fed")
        }
        self.tokens = tokens?.symbol
        sequences = offsets?.shape[0].symbol
        self.indices = indices
        self.longest = longest
        var tokenIndexInputs: [String: String] = [:]
        for (name, index) in indices where index.bound.symbol != nil && index.bound.symbol == self.tokens {
            if let symbol = index.value.shape[0].symbol, symbol != self.tokens { tokenIndexInputs[symbol] = name }
        }
        self.tokenIndexInputs = tokenIndexInputs
    }

    func lowered(_ node: Node) -> any LoweredOperation {
        guard let operation = node.operation as? any LoweredOperation else {
            preconditionFailure("\(node.operation.mnemonic) cannot be lowered")
        }
        return operation
    }
}
