import PodiumGraph

/// What lowering and feeding need to know of a graph beforehand: its nodes, and which sizes and indices are packed.
struct GraphLayout {
    /// What every run computes, in order.
    let nodes: [Node]
    /// What makes each value.
    let makers: [Value: Node]
    /// The input that says where sequences begin, if there is one.
    let offsets: Graph.Input?
    /// Symbols of packed tokens and of sequences.
    let tokens: String?
    let sequences: String?
    /// Inputs that hold indices.
    let indices: [(name: String, index: IndexInput)]
    /// Longest sequence that position tables hold.
    let longest: Int?
    /// Values that losses read or yield.
    let wide: Set<Value>
    /// Other symbols, and the input whose indices say to which token each of their rows belongs, if one does.
    let followers: [String: String]

    init(_ graph: Graph) throws(GraphError) {
        nodes = graph.nodes(neededFor: Set(graph.outputs.map(\.value) + graph.assignments.map(\.value)))
        makers = Dictionary(uniqueKeysWithValues: nodes.flatMap { node in node.outputs.map { ($0, node) } })
        var offsets: Value?
        var tokens: Dimension?
        var indices: [(name: String, index: IndexInput)] = []
        var longest: Int?
        var wide = Set(graph.outputs.map(\.value))
        let positions = Set(nodes.filter { $0.operation is TokenCoordinates }.map { $0["positions"] })
        // A graph that only picks sequences' ends may leave the node unneeded that knows the tokens' symbol.
        let coordinates = graph.nodes.filter { $0.operation is TokenCoordinates }
        for node in nodes + coordinates {
            guard let operation = node.operation as? any LoweredOperation else {
                throw GraphError(.unsupported, "\(node.operation.mnemonic) cannot be lowered to StableHLO")
            }
            if operation.isLoss { wide.formUnion(node.inputs + node.outputs) }
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
        self.wide = wide
        self.offsets = graph.inputs.first { $0.value == offsets }
        if offsets != nil, self.offsets == nil {
            throw GraphError(.unsupported, "the offsets of packed sequences must be fed")
        }
        self.tokens = tokens?.symbol
        sequences = offsets?.shape[0].symbol
        self.indices = indices
        self.longest = longest
        var followers: [String: String] = [:]
        for (name, index) in indices where index.bound.symbol != nil && index.bound.symbol == self.tokens {
            if let symbol = index.value.shape[0].symbol, symbol != self.tokens { followers[symbol] = name }
        }
        self.followers = followers
    }

    func lowered(_ node: Node) -> any LoweredOperation {
        guard let operation = node.operation as? any LoweredOperation else {
            preconditionFailure("\(node.operation.mnemonic) cannot be lowered")
        }
        return operation
    }
}
