import PodiumGraph

/// The stages of a step that is divided into shards, with a sum over all shards at the end of each but the last.
///
/// Sums over replicas leave the list of nodes, as for a single replica; what they summed is summed in place between the
/// stages. Every node runs in the last stage that may hold it, so that a shard keeps nothing from one stage to the next.
/// The last stage reads sums, variables and scalars only: it is the same for all shards and runs once.
struct ShardStages {
    /// What is summed in place at the end of a stage.
    struct Sum {
        enum Tensor {
            case dense(Value)
            case sparse(rows: Value, numbers: Value)
        }

        let tensor: Tensor
        /// Whether shards' mean is wanted.
        let isMean: Bool

        /// The value whose computation completes the tensor.
        var value: Value {
            switch tensor {
            case .dense(let value), .sparse(let value, _): value
            }
        }
    }

    /// In order of execution.
    let nodes: [Node]
    /// Indices of each stage's nodes.
    let ranges: [Range<Int>]
    /// At the end of each stage but the last, in the order in which the stage computes them.
    let sums: [[Sum]]

    /// - Parameters:
    ///   - graph: as it was built.
    ///   - nodes: of the graph, without sums over replicas, after all passes.
    ///   - aliases: the value that stands for each output of a sum.
    ///   - compact: the sparse tensor that stands for a dense gradient.
    ///   - results: values that are read after the step.
    init(
        _ graph: Graph,
        needed: [Node],
        nodes: [Node],
        aliases: [Value: Value],
        compact: [Value: (rows: Value, numbers: Value)],
        results: Set<Value>
    ) throws(GraphError) {
        var depth: [Value: Int] = [:]
        var found: [Value: (stage: Int, sum: Sum)] = [:]
        // Where what is summed is also read as it was.
        var limits: [Value: Int] = [:]
        // Memory of what nobody reads is not kept until the sum.
        let read = results.union(needed.flatMap(\.inputs))
        for node in needed {
            let stage = node.inputs.map { depth[$0] ?? 0 }.max() ?? 0
            guard let reduction = node.operation as? AllReduce else {
                for output in node.outputs { depth[output] = stage }
                continue
            }
            for (input, output) in zip(node.inputs, node.outputs) where read.contains(output) {
                depth[output] = stage + 1
                let value = aliases[input] ?? input
                guard value == input else { throw Self.unsupported("sums over replicas are summed again") }
                let tensor =
                    compact[value].map { Sum.Tensor.sparse(rows: $0.rows, numbers: $0.numbers) } ?? .dense(value)
                let sum = Sum(tensor: tensor, isMean: reduction.reduction == .mean)
                found[sum.value] = (stage, sum)
                if case .sparse(_, let numbers) = tensor { found[numbers] = (stage, sum) }
            }
        }
        for node in needed where !(node.operation is AllReduce) {
            let reads = node.inputs.compactMap { input in found[compact[input]?.rows ?? input]?.stage }
            if let limit = reads.min() { for output in node.outputs { limits[output] = limit } }
        }
        let last = (found.values.map(\.stage).max() ?? -1) + 1
        // The latest stage that each node may run in, from the last node back.
        var latest: [Value: Int] = [:]
        var stages = [Int](repeating: last, count: nodes.count)
        for (index, node) in nodes.enumerated().reversed() {
            let bounds = node.outputs.flatMap { [found[$0]?.stage ?? latest[$0], limits[$0]].compactMap(\.self) }
            stages[index] = bounds.min() ?? last
            guard node.outputs.allSatisfy({ stages[index] >= depth[$0] ?? 0 }) else {
                throw Self.unsupported("\(node.operation.mnemonic) reads a sum and what it is a sum of")
            }
            for input in node.inputs where found[input] == nil {
                latest[input] = min(latest[input] ?? last, stages[index])
            }
        }
        let order = nodes.indices.sorted { (stages[$0], $0) < (stages[$1], $1) }
        self.nodes = order.map { nodes[$0] }
        ranges = (0...last).map { stage in
            let first = order.firstIndex { stages[$0] >= stage } ?? order.count
            return first..<(order.firstIndex { stages[$0] > stage } ?? order.count)
        }
        var sums = [[Sum]](repeating: [], count: last)
        for node in self.nodes {
            for output in node.outputs {
                if let (stage, sum) = found[output], sum.value == output { sums[stage].append(sum) }
            }
        }
        self.sums = sums
        guard sums.reduce(0, { $0 + $1.count }) == Set(found.values.map(\.sum.value)).count else {
            throw Self.unsupported("an input or a variable is summed over replicas")
        }
        try Self.check(graph, self.nodes, order.map { stages[$0] }, found.mapValues(\.stage), last, aliases, results)
    }

    /// Refuses graphs whose stages hand on what differs from shard to shard.
    private static func check(
        _ graph: Graph,
        _ nodes: [Node],
        _ stages: [Int],
        _ sums: [Value: Int],
        _ last: Int,
        _ aliases: [Value: Value],
        _ results: Set<Value>
    ) throws(GraphError) {
        var differs = Set(graph.inputs.map(\.value).filter { !$0.shape.isEmpty })
        var stage: [Value: Int] = [:]
        for (node, number) in zip(nodes, stages) {
            for input in node.inputs where stage[input] ?? number != number && sums[input] == nil {
                guard number == last, stage[input] == last - 1, !differs.contains(input) else {
                    throw unsupported("\(node.operation.mnemonic) reads what a shard computed before a sum")
                }
            }
            let isShared = node.inputs.allSatisfy { !differs.contains($0) || (sums[$0] ?? .max) < number }
            if !isShared {
                guard number < last else {
                    throw unsupported("\(node.operation.mnemonic) follows all sums and differs from shard to shard")
                }
                differs.formUnion(node.outputs)
            }
            for output in node.outputs { stage[output] = number }
        }
        for result in results {
            let value = aliases[result] ?? result
            guard sums[result] == nil, sums[value] != nil || !differs.contains(value) else {
                throw unsupported("an output differs from shard to shard")
            }
        }
    }

    private static func unsupported(_ what: String) -> GraphError {
        GraphError(.unsupported, "the graph cannot be divided into shards: \(what)")
    }
}
