/// One computation step with symbolic sizes: it reads inputs and variables, and yields outputs and new variable contents.
///
/// A graph is a value. Its nodes are in an order in which they can be executed. No node mutates a tensor: the
/// optimizer is a node that yields each parameter's next content, and `assign` names the variable that takes the
/// content over after the step. Executors then update in place.
///
/// ```swift
/// var graph = Graph()
/// let rows = Dimension.symbol("rows")
/// let x = graph.input("x", .float32, [rows, 8])
/// let w = graph.parameter("dense.weight", [3, 8]), b = graph.parameter("dense.bias", [3])
/// let logits = graph.linear(x, weight: w, bias: b)
/// let loss = graph.softmaxCrossEntropy(logits, labels: graph.input("labels", .int32, [rows]))
/// graph.output("loss", loss)
/// ```
package struct Graph: Sendable {
    /// A named tensor fed at every run.
    package struct Input: Sendable {
        package let name: String
        package let value: Value
    }

    /// A named tensor that lives across runs.
    package struct Variable: Sendable {
        package enum Role: Hashable, Sendable {
            /// Trained weights.
            case parameter
            /// State an optimizer keeps for a parameter.
            case slot
        }

        package let name: String
        package let role: Role
        package let value: Value
    }

    /// A variable's content after the step.
    package struct Assignment: Sendable {
        package let variable: Value
        package let value: Value
    }

    package private(set) var nodes: [Node] = []
    package private(set) var inputs: [Input] = []
    package private(set) var variables: [Variable] = []
    package private(set) var outputs: [Input] = []
    package private(set) var assignments: [Assignment] = []
    /// Number of values handed out; ids are `0 ..< valueCount`.
    package private(set) var valueCount = 0
    /// Ranges of nodes whose results the backward pass recomputes instead of keeping; see `recomputed`.
    private(set) var segments: [Range<Int>] = []
    /// What losses that are added from now on take their means over.
    package var meanScope = MeanScope.batch
    /// Whether `recomputed` has an effect: less memory for about a third more arithmetic.
    package var recomputes = false
    private var dropoutStreams: UInt32 = 0

    package init() {}

    /// Declares a tensor that every run must be fed.
    package mutating func input(_ name: String, _ element: ElementType, _ shape: [Dimension]) -> Value {
        precondition(!inputs.contains { $0.name == name }, "input \(name) is declared twice")
        let value = makeValue(TensorType(element, shape))
        inputs.append(Input(name: name, value: value))
        return value
    }

    /// Declares trained weights of a fixed float32 shape; a second call with the same name and shape shares them.
    package mutating func parameter(_ name: String, _ shape: [Int]) -> Value {
        variable(name, shape, role: .parameter)
    }

    /// Declares a float32 tensor that lives across runs.
    package mutating func variable(_ name: String, _ shape: [Int], role: Variable.Role) -> Value {
        let type = TensorType(.float32, shape.map { Dimension($0) })
        if let known = variables.first(where: { $0.name == name }) {
            precondition(known.value.type == type, "variable \(name) is declared with two shapes")
            return known.value
        }
        let value = makeValue(type)
        variables.append(Variable(name: name, role: role, value: value))
        return value
    }

    /// All trained weights, in order of declaration.
    package var parameters: [Variable] { variables.filter { $0.role == .parameter } }

    /// Names a value to be returned by every run.
    package mutating func output(_ name: String, _ value: Value) {
        precondition(!outputs.contains { $0.name == name }, "output \(name) is declared twice")
        outputs.append(Input(name: name, value: value))
    }

    /// Gives a variable its next content, taken over when the step ends.
    package mutating func assign(_ variable: Value, _ value: Value) {
        precondition(variables.contains { $0.value == variable }, "only variables can be assigned")
        precondition(!assignments.contains { $0.variable == variable }, "a variable is assigned twice")
        precondition(variable.type == value.type, "\(variable.type) cannot take over \(value.type)")
        assignments.append(Assignment(variable: variable, value: value))
    }

    /// Applies an operation; the outputs are named by the operation's `outputNames`.
    package mutating func apply(_ operation: any Operation, to inputs: [Value]) -> Node {
        let types = operation.outputTypes(inputs.map(\.type))
        let node = Node(operation: operation, inputs: inputs, outputs: types.map { makeValue($0) })
        nodes.append(node)
        return node
    }

    /// Marks a segment of the forward pass for gradient checkpointing (Chen 2016, "Training Deep Nets with Sublinear
    /// Memory Cost"): if the graph `recomputes`, only the segment's inputs are kept and the backward pass recomputes the rest.
    ///
    /// The recomputed dropout masks are the same, because masks are functions of coordinates.
    package mutating func recomputed(_ body: (inout Graph) -> Value) -> Value {
        let first = nodes.count
        let result = body(&self)
        if recomputes { segments.append(first..<nodes.count) }
        return result
    }

    /// The nodes that some values depend on, in order.
    package func nodes(neededFor values: Set<Value>) -> [Node] {
        var wanted = values
        var result: [Node] = []
        for node in nodes.reversed() where node.outputs.contains(where: { wanted.contains($0) }) {
            wanted.formUnion(node.inputs)
            result.append(node)
        }
        return result.reversed()
    }

    /// A new random stream number, so that every dropout of this graph draws different masks.
    package mutating func makeDropoutStream() -> UInt32 {
        defer { dropoutStreams += 1 }
        return dropoutStreams
    }

    private mutating func makeValue(_ type: TensorType) -> Value {
        defer { valueCount += 1 }
        return Value(id: valueCount, type: type)
    }
}
