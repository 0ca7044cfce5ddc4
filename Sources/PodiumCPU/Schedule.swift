import PodiumGraph

/// A loaded graph: the needed nodes in order of execution, and which values share memory.
///
/// It does not depend on sizes; `MemoryPlan` assigns offsets for a batch.
struct Schedule {
    struct Step {
        let operation: any CPUOperation
        let inputs: [Value]
        /// `nil` for an optional output that no step reads.
        let outputs: [Value?]
    }

    /// Where a value is stored.
    enum Storage {
        case variable(String)
        /// An index into `slots`.
        case slot(Int)
    }

    /// A piece of the arena with its first and last step of use.
    struct Slot {
        let type: TensorType
        let isBFloat16: Bool
        /// Unused elements between rows.
        let padding: Int
        var first: Int
        var last: Int
    }

    let steps: [Step]
    /// Stages and sums of a step that is divided into shards; nil for a single replica.
    let stages: ShardStages?
    private(set) var slots: [Slot] = []
    private(set) var storage: [Value: Storage] = [:]
    /// Assignments whose value is not computed in the variable's own memory.
    private(set) var copies: [(variable: String, value: Value)] = []

    /// - Parameter isDivided: whether batches are divided into shards; if not, collective operations are the identity.
    init(_ graph: Graph, for configuration: CPUConfiguration, isDivided: Bool = false) throws(GraphError) {
        let names = Dictionary(uniqueKeysWithValues: graph.variables.map { ($0.value, $0.name) })
        let results = Set(graph.outputs.map(\.value) + graph.assignments.map(\.value))
        let needed = graph.nodes(neededFor: results)
        let (reduced, aliases) = AllReduce.removed(from: needed)
        let kept = Set(results.map { aliases[$0] ?? $0 })
        let summed = isDivided ? Set(aliases.values) : []
        var nodes = Schedule.fuseAccumulation(reduced, kept: kept.union(summed))
        // The copy numbers the values that the passes add.
        var graph = graph
        switch (configuration.precision, configuration.matmulLibrary) {
        case (.bfloat16, _): nodes = Rounded.roundOperands(nodes, of: &graph)
        case (.float32, .oneDNN): nodes = Transposed.prepare(nodes, of: &graph)
        case (.float32, .openBLAS): break
        }
        let original = graph
        let sparse = SparseRows.prepare(nodes, of: &graph, kept: kept, capacity: isDivided ? Schedule.batchTokens : nil)
        nodes = sparse.nodes
        stages =
            isDivided
            ? try ShardStages(
                original,
                needed: needed,
                nodes: nodes,
                aliases: aliases,
                compact: sparse.compact,
                results: results
            ) : nil
        nodes = stages?.nodes ?? nodes
        let read = kept.union(nodes.flatMap(\.inputs))
        var steps: [Step] = []
        for node in nodes {
            guard let operation = node.operation as? any CPUOperation else {
                throw GraphError(.unsupported, "the CPU has no kernel for \(node.operation.mnemonic)")
            }
            let outputs = node.outputs.enumerated().map { index, value in
                read.contains(value) || !operation.optionalOutputs.contains(index) ? value : nil
            }
            steps.append(Step(operation: operation, inputs: node.inputs, outputs: outputs))
        }
        self.steps = steps
        let lastUse = Schedule.lastUses(steps, kept: kept)
        let padded = Schedule.padded(steps, kept: kept)
        for (value, name) in names { storage[value] = .variable(name) }
        for input in graph.inputs { place(input.value, from: -1, to: lastUse[input.value] ?? -1) }
        let targets = Dictionary(
            uniqueKeysWithValues: graph.assignments.map { (aliases[$0.value] ?? $0.value, $0.variable) }
        )
        for (index, step) in steps.enumerated() {
            for (position, value) in step.outputs.enumerated() {
                guard let value else { continue }
                let partners = step.operation.inPlace.filter { $0.output == position }.map { step.inputs[$0.input] }
                if let target = targets[value], let name = names[target], partners.contains(target),
                    lastUse[target] == index
                {
                    storage[value] = .variable(name)
                } else if let partner = partners.first(where: { isFree($0, at: index, lastUse, step) }),
                    case .slot(let slot) = storage[partner], (slots[slot].padding > 0) == padded.contains(value)
                {
                    storage[value] = .slot(slot)
                    slots[slot].last = max(slots[slot].last, lastUse[value] ?? index)
                } else {
                    let isBFloat16 = step.operation is Rounded
                    let padding = padded.contains(value) ? Schedule.padding : 0
                    place(value, isBFloat16: isBFloat16, padding: padding, from: index, to: lastUse[value] ?? index)
                }
            }
        }
        for (alias, value) in aliases where storage[value] != nil { storage[alias] = storage[value] }
        for assignment in graph.assignments {
            guard let name = names[assignment.variable] else { continue }
            if case .variable(name) = storage[assignment.value] { continue }
            copies.append((name, assignment.value))
        }
    }

    /// Tokens of the whole batch, of which a shard has some.
    static let batchTokens = Dimension.symbol("batch tokens")

    private mutating func place(
        _ value: Value,
        isBFloat16: Bool = false,
        padding: Int = 0,
        from first: Int,
        to last: Int
    ) {
        storage[value] = .slot(slots.count)
        slots.append(Slot(type: value.type, isBFloat16: isBFloat16, padding: padding, first: first, last: last))
    }

    /// One cache line of elements.
    private static let padding = 16
    /// Narrower matrices need no padding.
    private static let leastPaddedWidth = 256

    /// Matrices that get a cache line of padding between their rows.
    ///
    /// A matmul reads along columns. If rows are a multiple of 4096 bytes apart, all elements of a column map to one set
    /// of the first-level cache, which slows the matmul down.
    private static func padded(_ steps: [Step], kept: Set<Value>) -> Set<Value> {
        var result: Set<Value> = []
        for step in steps {
            for index in step.operation.paddedOutputs {
                guard index < step.outputs.count, let value = step.outputs[index], !kept.contains(value),
                    value.type.element == .float32, value.shape.count == 2, value.width >= leastPaddedWidth
                else { continue }
                result.insert(value)
            }
        }
        for step in steps {
            for (index, value) in step.inputs.enumerated() where !step.operation.paddedInputs.contains(index) {
                result.remove(value)
            }
        }
        return result
    }

    /// Whether a step may overwrite an input: no later step reads it, and this step reads it once.
    private func isFree(_ value: Value, at index: Int, _ lastUse: [Value: Int], _ step: Step) -> Bool {
        guard case .slot(let slot) = storage[value] else { return false }
        let sharers = step.inputs.count { input in
            if case .slot(slot) = storage[input] { true } else { false }
        }
        return slots[slot].last == index && lastUse[value] == index && sharers == 1
    }

    /// Fuses a matmul whose only use is an addition with that addition.
    private static func fuseAccumulation(_ nodes: [Node], kept: Set<Value>) -> [Node] {
        var uses: [Value: Int] = [:]
        for node in nodes { for input in node.inputs { uses[input, default: 0] += 1 } }
        var producers: [Value: Node] = [:]
        var folded: Set<Value> = []
        let replaced = nodes.map { node in
            for output in node.outputs { producers[output] = node }
            guard node.operation is Add else { return node }
            for index in [1, 0] {
                let value = node.inputs[index]
                guard let producer = producers[value], let matmul = producer.operation as? Matmul,
                    uses[value] == 1, !kept.contains(value)
                else { continue }
                folded.insert(value)
                let inputs = [node.inputs[1 - index]] + producer.inputs
                return Node(operation: MatmulAccumulate(matmul: matmul), inputs: inputs, outputs: node.outputs)
            }
            return node
        }
        return replaced.filter { !folded.contains($0.outputs[0]) }
    }

    /// The last step that reads each value; the number of steps for values that are kept.
    private static func lastUses(_ steps: [Step], kept: Set<Value>) -> [Value: Int] {
        var result: [Value: Int] = [:]
        for (index, step) in steps.enumerated() {
            for input in step.inputs { result[input] = index }
        }
        for value in kept { result[value] = steps.count }
        return result
    }
}
