/// The segments of the forward pass that the backward pass recomputes (see `Graph.recomputed`).
struct Recomputation {
    /// Recomputed values by the forward pass's values.
    private var substitutes: [Value: Value] = [:]
    private var done: Set<Int> = []

    /// The node that gradient rules read: the node itself, or its copy in a recomputed segment.
    ///
    /// - Parameter gradient: the recomputation waits for it, so that nothing is recomputed, or kept, earlier.
    mutating func node(_ index: Int, after gradient: Value, in graph: inout Graph) -> Node {
        let node = graph.nodes[index]
        guard let number = graph.segments.firstIndex(where: { $0.contains(index) }) else { return node }
        if done.insert(number).inserted { repeatSegment(graph.segments[number], after: gradient, in: &graph) }
        return Node(operation: node.operation, inputs: substituted(node.inputs), outputs: substituted(node.outputs))
    }

    private func substituted(_ values: [Value]) -> [Value] { values.map { substitutes[$0] ?? $0 } }

    private mutating func repeatSegment(_ segment: Range<Int>, after gradient: Value, in graph: inout Graph) {
        let nodes = Array(graph.nodes[segment])
        let made = Set(nodes.flatMap(\.outputs))
        let kept = Set(graph.variables.map(\.value) + graph.inputs.map(\.value))
        for node in nodes {
            // Activations that enter the segment wait for the gradient; weights and fed tensors are resident anyway.
            for input in node.inputs
            where !made.contains(input) && !kept.contains(input) && substitutes[input] == nil
                && input.type.element == .float32
            {
                substitutes[input] = graph.apply(RematerializationBarrier(), to: [input, gradient]).outputs[0]
            }
            let again = graph.apply(node.operation, to: substituted(node.inputs))
            for (old, new) in zip(node.outputs, again.outputs) { substitutes[old] = new }
        }
    }
}

/// The first input, available only after the second has been computed.
///
/// It orders execution: without it a compiler could move the recomputation before the backward pass, or merge it with
/// the forward pass and keep the results.
package struct RematerializationBarrier: Operation {
    package let mnemonic = "rematerializationBarrier"

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] { [inputs[0]] }
    package func evaluate(_ inputs: [Reference]) -> [Reference] { [inputs[0]] }
}
