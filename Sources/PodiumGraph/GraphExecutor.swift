/// A device that runs graphs: this machine's CPU, or accelerators behind a PJRT plug-in.
///
/// A training graph and an evaluation graph share their weights by being loaded with the same variables.
package protocol GraphDevice {
    /// Replicas that share every batch.
    var replicas: Int { get }

    /// An empty set of variables in this device's memory.
    func makeVariables() -> any VariableStore

    /// Prepares a graph for running. Variables that the store lacks are created with zeros; existing ones must have
    /// the graph's shape.
    func load(_ graph: Graph, variables: any VariableStore) throws(GraphError) -> any GraphExecutor
}

/// Parameters and optimizer state, by name, alive across steps.
package protocol VariableStore: AnyObject {
    /// Names in order of creation.
    var names: [String] { get }
    func shape(of name: String) throws(GraphError) -> [Int]
    func read(_ name: String) throws(GraphError) -> HostTensor
    /// Overwrites a variable, creating it if the store lacks it.
    func write(_ name: String, _ tensor: HostTensor) throws(GraphError)
}

/// A graph loaded on a device.
package protocol GraphExecutor: AnyObject {
    var graph: Graph { get }
    var variables: any VariableStore { get }

    /// Runs one step: binds the symbols from the shapes of what is fed, computes, updates assigned variables.
    ///
    /// - Parameter feeds: exactly one tensor per input of the graph, by name.
    /// - Returns: the graph's outputs, by name.
    func run(_ feeds: [String: HostTensor]) throws(GraphError) -> [String: HostTensor]

    /// Memory in bytes that a run with these sizes of symbols needs beyond the parameters' own: optimizer state and
    /// intermediate tensors; nil if the device does not know.
    func additionalMemory(_ sizes: [String: Int]) -> Int?

    /// Starts one step; an asynchronous device returns before the step has ended.
    ///
    /// Steps take effect in the order of submission; reading a variable waits for the steps that write it.
    func submit(_ feeds: [String: HostTensor]) throws(GraphError) -> PendingOutputs
}

extension GraphExecutor {
    package func additionalMemory(_ sizes: [String: Int]) -> Int? { nil }

    /// Synchronous devices run the step before they return.
    package func submit(_ feeds: [String: HostTensor]) throws(GraphError) -> PendingOutputs {
        PendingOutputs(try run(feeds))
    }
}

extension Graph {
    /// Binds symbols from the shapes of fed tensors, checking names, element types and every size.
    package func bindings(for feeds: [String: HostTensor]) throws(GraphError) -> [String: Int] {
        var bindings: [String: Int] = [:]
        for name in feeds.keys where !inputs.contains(where: { $0.name == name }) {
            let known = inputs.map(\.name).joined(separator: ", ")
            throw GraphError(.feed, "the graph has no input named \(name); its inputs are \(known)")
        }
        for input in inputs {
            guard let tensor = feeds[input.name] else {
                throw GraphError(.feed, "input \(input.name) (\(input.value.type)) was not fed")
            }
            let type = input.value.type
            guard tensor.element == type.element, tensor.shape.count == type.shape.count else {
                let given = "\(tensor.element.rawValue)\(tensor.shape)"
                throw GraphError(.shape, "input \(input.name) is \(type), but \(given) was fed")
            }
            for (dimension, size) in zip(type.shape, tensor.shape) {
                if let symbol = dimension.symbol, bindings[symbol] == nil {
                    let (bound, remainder) = (size - dimension.offset).quotientAndRemainder(dividingBy: dimension.scale)
                    guard remainder == 0, bound >= 0 else {
                        throw GraphError(.shape, "input \(input.name): size \(size) is not of the form \(dimension)")
                    }
                    bindings[symbol] = bound
                }
                guard dimension.size(in: bindings) == size else {
                    let bound = dimension.size(in: bindings)
                    throw GraphError(
                        .shape,
                        "input \(input.name) has size \(size) where \(dimension) is \(bound) in this batch"
                    )
                }
            }
        }
        return bindings
    }
}
