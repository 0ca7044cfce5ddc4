import PodiumGraph

/// Runs a graph on a plug-in's devices, by one program per bucket of sizes.
final class PJRTExecutor: GraphExecutor {
    private struct Step {
        let program: LoweredProgram
        let executable: LoadedExecutable
    }

    let graph: Graph
    private let store: PJRTVariables
    private let device: PJRTDevice
    private let layout: GraphLayout
    private var steps: [ProgramShape: Step] = [:]

    var variables: any VariableStore { store }

    init(_ graph: Graph, variables: PJRTVariables, device: PJRTDevice) throws(GraphError) {
        self.graph = graph
        self.device = device
        store = variables
        layout = try GraphLayout(graph)
        for variable in graph.variables {
            try variables.declare(variable.name, shape: variable.value.shape.map(\.fixed))
        }
    }

    func run(_ feeds: [String: HostTensor]) throws(GraphError) -> [String: HostTensor] {
        let bindings = try graph.bindings(for: feeds)
        try Placement.check(layout, feeds: feeds, bindings: bindings)
        let replicas = device.configuration.replicas
        let placement = try Placement(
            layout,
            feeds: feeds,
            bindings: bindings,
            buckets: device.configuration.buckets,
            replicas: replicas
        )
        let step = try step(placement.shape)
        let results = try run(step, arguments(step.program, placement, feeds))
        var outputs: [String: HostTensor] = [:]
        for (index, result) in step.program.results.enumerated() {
            guard case .output(let name, let type) = result else { continue }
            let shape = type.dimensions(in: placement.shape.sizes)
            // What has no row per example is the same everywhere.
            let count = type.shape.first?.symbol == nil ? 1 : replicas
            let computed = try forGraph { () throws(PJRTError) in
                var computed: [HostTensor] = []
                for list in results.prefix(count) { computed.append(try list[index].read(type.element, shape: shape)) }
                return computed
            }
            outputs[name] = placement.output(computed, type: type, bindings: bindings)
        }
        return outputs
    }

    private func arguments(
        _ program: LoweredProgram,
        _ placement: Placement,
        _ feeds: [String: HostTensor]
    ) throws(GraphError) -> [[DeviceBuffer]] {
        var lists: [[DeviceBuffer]] = []
        for replica in 0..<device.configuration.replicas {
            var list: [DeviceBuffer] = []
            for argument in program.arguments {
                if case .variable(let name) = argument {
                    list.append(try store.buffers(name)[replica])
                    continue
                }
                let tensor = try placement.argument(
                    argument,
                    replica: replica,
                    layout: layout,
                    graph: graph,
                    feeds: feeds
                )
                let client = device.client
                list.append(try forGraph { () throws(PJRTError) in try client.makeBuffer(tensor, on: replica) })
            }
            lists.append(list)
        }
        return lists
    }

    /// Runs the program and lets variables take over their next contents.
    private func run(_ step: Step, _ arguments: [[DeviceBuffer]]) throws(GraphError) -> [[DeviceBuffer]] {
        let results: [[DeviceBuffer]]
        do {
            results = try step.executable.run(arguments)
        } catch {
            // Donated memory is gone whatever became of the step.
            for case .variable(let name) in step.program.results { store.replace(name, nil) }
            throw error.asGraphError
        }
        for (index, result) in step.program.results.enumerated() {
            guard case .variable(let name) = result else { continue }
            store.replace(name, results.map { $0[index] })
        }
        return results
    }

    private func step(_ shape: ProgramShape) throws(GraphError) -> Step {
        if let known = steps[shape] { return known }
        let configuration = device.configuration
        var options = LoweringOptions(precision: configuration.precision, replicas: configuration.replicas)
        options.hasNarrowProducts = device.client.platformName != "cpu"
        let program = Lowering(graph, layout: layout, shape: shape, options: options).program()
        let device = device
        let executable = try forGraph { () throws(PJRTError) in try device.executable(program) }
        let made = Step(program: program, executable: executable)
        steps[shape] = made
        return made
    }
}
