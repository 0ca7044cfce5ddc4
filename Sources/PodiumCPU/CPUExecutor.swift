import PodiumGraph

/// Runs a graph on the CPU.
final class CPUExecutor: GraphExecutor {
    private let bound: BoundSchedule

    var graph: Graph { bound.graph }
    var variables: any VariableStore { bound.store }

    init(_ graph: Graph, variables: CPUVariables, device: CPUDevice) throws(GraphError) {
        bound = try BoundSchedule(graph, variables: variables, device: device)
    }

    func run(_ feeds: [String: HostTensor]) throws(GraphError) -> [String: HostTensor] {
        let layout = try bound.layout(for: graph.bindings(for: feeds))
        MatmulKernel.prepareThread()
        bound.feed(feeds, to: layout)
        for step in layout.steps { try bound.run(step) }
        return bound.finish(layout)
    }

    func additionalMemory(_ sizes: [String: Int]) -> Int? { bound.memory(sizes) }
}
