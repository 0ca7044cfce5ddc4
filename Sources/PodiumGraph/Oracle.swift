/// Runs a graph in naive float64 arithmetic, node by node: the reference for every kernel and gradient rule.
package struct Oracle {
    package let graph: Graph

    private let wanted: [Graph.Input]
    private let nodes: [Node]
    private let assignments: [Graph.Assignment]

    /// - Parameter only: outputs to compute, without assignments; all of both if `nil`.
    package init(_ graph: Graph, only names: Set<String>? = nil) {
        self.graph = graph
        wanted = graph.outputs.filter { names?.contains($0.name) ?? true }
        let assigned = names == nil ? graph.assignments.map(\.value) : []
        nodes = graph.nodes(neededFor: Set(wanted.map(\.value) + assigned))
        assignments = names == nil ? graph.assignments : []
    }

    /// What a run yields.
    package struct Result {
        package let outputs: [String: Reference]
        /// Next contents of assigned variables, by name.
        package let assigned: [String: Reference]
    }

    /// Runs the graph once on one replica.
    ///
    /// - Parameters:
    ///   - feeds: a tensor per input.
    ///   - variables: a tensor per variable.
    package func run(_ feeds: [String: Reference], variables: [String: Reference]) -> Result {
        run(replicas: [feeds], variables: variables)[0]
    }

    /// Runs the graph once on several logical replicas, which have the same variables and exchange tensors in
    /// collective operations.
    ///
    /// - Parameter feeds: per replica, a tensor per input.
    package func run(replicas feeds: [[String: Reference]], variables: [String: Reference]) -> [Result] {
        var replicas = feeds.map { initialValues($0, variables) }
        func value(_ handle: Value, _ replica: Int) -> Reference {
            guard let found = replicas[replica][handle] else {
                preconditionFailure("value \(handle.id) is used before it exists")
            }
            return found
        }
        for node in nodes {
            let inputs = replicas.indices.map { replica in node.inputs.map { value($0, replica) } }
            let results =
                if let collective = node.operation as? any CollectiveOperation {
                    collective.evaluate(replicas: inputs)
                } else {
                    inputs.map { node.operation.evaluate($0) }
                }
            for (replica, outputs) in results.enumerated() {
                for (handle, output) in zip(node.outputs, outputs) { replicas[replica][handle] = output }
            }
        }
        return replicas.indices.map { replica in
            var assigned: [String: Reference] = [:]
            for assignment in assignments {
                for variable in graph.variables where variable.value == assignment.variable {
                    assigned[variable.name] = value(assignment.value, replica)
                }
            }
            let outputs = wanted.map { ($0.name, value($0.value, replica)) }
            return Result(outputs: Dictionary(uniqueKeysWithValues: outputs), assigned: assigned)
        }
    }

    private func initialValues(
        _ feeds: [String: Reference],
        _ variables: [String: Reference]
    ) -> [Value: Reference] {
        var values: [Value: Reference] = [:]
        for input in graph.inputs {
            guard let fed = feeds[input.name] else { preconditionFailure("input \(input.name) was not fed") }
            values[input.value] = fed
        }
        for variable in graph.variables {
            guard let content = variables[variable.name] else { preconditionFailure("\(variable.name) has no content") }
            values[variable.value] = content
        }
        return values
    }
}
