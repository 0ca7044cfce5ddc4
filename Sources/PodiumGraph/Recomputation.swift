/// Stretches of the forward pass that the backward one computes again, as it comes to them.
struct Recomputation {
    /// Values of the forward pass, and what stands for them now.
    private var substitutes: [Value: Value] = [:]
    private var done: Set<Int> = []

    /// The node as gradients should read it: itself, or its copy in a stretch that is computed again.
    ///
    /// - Parameter gradient: the stretch waits for it, so that nothing of it is computed, or kept, before.
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
            // What enters: activations wait for the gradient; weights and what was fed are there anyway.
            for input in node.inputs
            where !made.contains(input) && !kept.contains(input) && substitutes[input] == nil
                && input.type.element == .float32
            {
                substitutes[input] = graph.apply(Recall(), to: [input, gradient]).outputs[0]
            }
            let again = graph.apply(node.operation, to: substituted(node.inputs))
            for (old, new) in zip(node.outputs, again.outputs) { substitutes[old] = new }
        }
    }
}

/// A kept value, taken up again once another value is there.
///
/// To arithmetic it is the first input; to whoever orders the work it says not to begin before the second.
package struct Recall: Operation {
    package let mnemonic = "recall"

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] { [inputs[0]] }
    package func evaluate(_ inputs: [Reference]) -> [Reference] { [inputs[0]] }
}
