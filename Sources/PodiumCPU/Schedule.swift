import PodiumGraph

/// What a graph becomes when it is loaded: the nodes that matter, in order, and who shares memory with whom.
///
/// Independent of sizes; `MemoryPlan` lays it out for a batch.
struct Schedule {
    struct Step {
        let operation: any CPUOperation
        let inputs: [Value]
        /// `nil` for an optional output that nobody reads.
        let outputs: [Value?]
    }

    /// Where a value lives.
    enum Storage {
        case variable(String)
        /// An index into `slots`.
        case slot(Int)
    }

    /// A piece of the arena, in use from one step to another, both included.
    struct Slot {
        let type: TensorType
        let isNarrow: Bool
        /// Elements between rows.
        let padding: Int
        var first: Int
        var last: Int
    }

    let steps: [Step]
    private(set) var slots: [Slot] = []
    private(set) var storage: [Value: Storage] = [:]
    /// Assignments whose new content is not computed in place.
    private(set) var copies: [(variable: String, value: Value)] = []

    init(_ graph: Graph, for configuration: CPUConfiguration) throws(GraphError) {
        let names = Dictionary(uniqueKeysWithValues: graph.variables.map { ($0.value, $0.name) })
        let kept = Set(graph.outputs.map(\.value) + graph.assignments.map(\.value))
        var nodes = Schedule.fold(graph.nodes(neededFor: kept), kept: kept)
        // Numbers the values that are put in.
        var graph = graph
        switch (configuration.precision, configuration.products) {
        case (.bfloat16, _): nodes = Rounded.narrow(nodes, of: &graph)
        case (.float32, .oneDNN): nodes = Transposed.prepare(nodes, of: &graph)
        case (.float32, .openBLAS): break
        }
        nodes = SparseRows.prepare(nodes, of: &graph, kept: kept)
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
        let targets = Dictionary(uniqueKeysWithValues: graph.assignments.map { ($0.value, $0.variable) })
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
                    let isNarrow = step.operation is Rounded
                    let padding = padded.contains(value) ? Schedule.padding : 0
                    place(value, isNarrow: isNarrow, padding: padding, from: index, to: lastUse[value] ?? index)
                }
            }
        }
        for assignment in graph.assignments {
            guard let name = names[assignment.variable] else { continue }
            if case .variable(name) = storage[assignment.value] { continue }
            copies.append((name, assignment.value))
        }
    }

    private mutating func place(
        _ value: Value,
        isNarrow: Bool = false,
        padding: Int = 0,
        from first: Int,
        to last: Int
    ) {
        storage[value] = .slot(slots.count)
        slots.append(Slot(type: value.type, isNarrow: isNarrow, padding: padding, first: first, last: last))
    }

    /// A cache line.
    private static let padding = 16
    /// Widths under which rows lie close enough together.
    private static let leastPaddedWidth = 256

    /// Matrices whose rows should not follow one another directly.
    ///
    /// A product reads down columns. Where rows are a multiple of 4096 bytes apart, a column falls into one place of the
    /// first-level cache, which slows products down.
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

    /// Whether a step may write its result over an input: nobody reads it later, or twice in this step.
    private func isFree(_ value: Value, at index: Int, _ lastUse: [Value: Int], _ step: Step) -> Bool {
        guard case .slot(let slot) = storage[value] else { return false }
        let sharers = step.inputs.count { input in
            if case .slot(slot) = storage[input] { true } else { false }
        }
        return slots[slot].last == index && lastUse[value] == index && sharers == 1
    }

    /// Turns a product that is only added to something into a product which adds.
    private static func fold(_ nodes: [Node], kept: Set<Value>) -> [Node] {
        var uses: [Value: Int] = [:]
        for node in nodes { for input in node.inputs { uses[input, default: 0] += 1 } }
        var producers: [Value: Node] = [:]
        var folded: Set<Value> = []
        let replaced = nodes.map { node in
            for output in node.outputs { producers[output] = node }
            guard node.operation is Add else { return node }
            for index in [1, 0] {
                let value = node.inputs[index]
                guard let producer = producers[value], let product = producer.operation as? Product,
                    uses[value] == 1, !kept.contains(value)
                else { continue }
                folded.insert(value)
                let inputs = [node.inputs[1 - index]] + producer.inputs
                return Node(operation: AddedProduct(product: product), inputs: inputs, outputs: node.outputs)
            }
            return node
        }
        return replaced.filter { !folded.contains($0.outputs[0]) }
    }

    /// Last step that reads a value; the end for what outlives the steps.
    private static func lastUses(_ steps: [Step], kept: Set<Value>) -> [Value: Int] {
        var result: [Value: Int] = [:]
        for (index, step) in steps.enumerated() {
            for input in step.inputs { result[input] = index }
        }
        for value in kept { result[value] = steps.count }
        return result
    }
}
