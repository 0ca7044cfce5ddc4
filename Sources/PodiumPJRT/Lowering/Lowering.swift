import PodiumGraph

/// Lowers a graph to a StableHLO program for one bucket of sizes.
final class Lowering {
    let graph: Graph
    let shape: ProgramShape
    let options: LoweringOptions
    let writer = ProgramWriter()
    private let layout: GraphLayout
    private var tensors: [Value: Tensor] = [:]
    private var arguments: [(argument: LoweredProgram.Argument, type: ProgramType)] = []
    private var validities: [String: Tensor] = [:]
    /// Masks of dropouts over rows, by their streams.
    private var masks: [UInt32: PackedMask] = [:]

    init(_ graph: Graph, layout: GraphLayout, shape: ProgramShape, options: LoweringOptions) {
        self.graph = graph
        self.layout = layout
        self.shape = shape
        self.options = options
    }

    /// Writes the whole graph.
    func program() -> LoweredProgram {
        for node in layout.nodes {
            let operation = layout.lowered(node)
            let outputs = operation.lower(LoweringStep(node: node, lowering: self))
            for (value, tensor) in zip(node.outputs, outputs) {
                tensors[value] = isBFloat16(value) ? tensor.convert(.bf16) : tensor
            }
        }
        var results: [LoweredProgram.Result] = []
        var returned: [Tensor] = []
        for assignment in graph.assignments {
            for variable in graph.variables where variable.value == assignment.variable {
                results.append(.variable(variable.name))
                returned.append(tensor(assignment.value))
            }
        }
        for output in graph.outputs {
            results.append(.output(output.name, output.value.type))
            returned.append(tensor(output.value))
        }
        return LoweredProgram(
            text: text(results, returned),
            arguments: arguments.map(\.argument),
            results: results,
            shape: shape
        )
    }

    private func text(_ results: [LoweredProgram.Result], _ returned: [Tensor]) -> String {
        let parameters = arguments.enumerated().map { index, entry in
            var alias = ""
            if case .variable(let name) = entry.argument, let result = results.firstIndex(of: .variable(name)) {
                alias = " {tf.aliasing_output = \(result) : i32}"
            }
            return "%arg\(index): \(entry.type)\(alias)"
        }
        let types = returned.map { "\($0.type)" }.joined(separator: ", ")
        return """
            module @step attributes {mhlo.num_replicas = \(options.replicas) : i32, mhlo.num_partitions = 1 : i32} {
            func.func public @main(\(parameters.joined(separator: ", "))) -> (\(types)) {
            \(writer.lines.joined(separator: "\n"))
            "func.return"(\(returned.map(\.name).joined(separator: ", "))) : (\(types)) -> ()
            }
            }

            """
    }

    // MARK: Operands

    func shape(of type: TensorType) -> [Int] { type.dimensions(in: shape.sizes) }

    /// Narrower values, such as a head's logits and log-sum-exps, stay float32.
    private static let leastBFloat16Width = 32

    /// Whether a value is stored as bfloat16: activations between layers, and their gradients.
    func isBFloat16(_ value: Value) -> Bool {
        options.precision == .bfloat16 && value.type.element == .float32 && value.shape.count == 2
            && value.shape[0].symbol != nil && value.width >= Lowering.leastBFloat16Width
            && !layout.float32Values.contains(value)
    }

    /// The tensor of a graph's value, float32 or int32.
    func tensor(_ value: Value) -> Tensor {
        let kept = keptTensor(value).reshape(shape(of: value.type))
        return kept.type.element == .bf16 ? kept.convert(.f32) : kept
    }

    /// The tensor in its stored type, which may be bfloat16; [tokens, columns] has the shape [rows, width, columns].
    func keptBlock(_ value: Value) -> Tensor { apart(keptTensor(value), of: value) }

    /// A tensor over tokens in the shape [rows, width, columns].
    func apart(_ tensor: Tensor, of value: Value) -> Tensor {
        guard let packing = shape.packing, value.type.element == .float32, value.shape.count == 2,
            value.shape[0].symbol != nil, value.shape[0].symbol == layout.tokens
        else { return tensor }
        return tensor.reshape([packing.rows, packing.width, shape(of: value.type)[1]])
    }

    /// The tensor in its stored type and shape; inputs and variables become arguments when they are first read.
    private func keptTensor(_ value: Value) -> Tensor {
        if let known = tensors[value] { return known }
        let argument: LoweredProgram.Argument
        if let input = graph.inputs.first(where: { $0.value == value }) {
            argument = .feed(input.name)
        } else if let variable = graph.variables.first(where: { $0.value == value }) {
            argument = .variable(variable.name)
        } else {
            preconditionFailure("value \(value.id) is used before it exists")
        }
        let element: ProgramElement = value.type.element == .float32 ? .f32 : .i32
        let made = declare(argument, ProgramType(element, shape(of: value.type)))
        tensors[value] = made
        return made
    }

    /// int32 arguments with the places of sequences.
    func packed(_ argument: LoweredProgram.Argument) -> Tensor {
        guard let packing = shape.packing, let sequences = layout.sequences.map({ shape.sizes[$0] ?? 0 }) else {
            preconditionFailure("the bucket has no packed sequences")
        }
        switch argument {
        case .segments, .positions: return declare(argument, ProgramType(.i32, [packing.rows, packing.width]))
        case .firstTokens, .lastTokens: return declare(argument, ProgramType(.i32, [sequences]))
        case .variable, .feed, .count: preconditionFailure("\(argument) is no argument of packing")
        }
    }

    private func declare(_ argument: LoweredProgram.Argument, _ type: ProgramType) -> Tensor {
        let index = arguments.firstIndex { $0.argument == argument } ?? arguments.count
        if index == arguments.count { arguments.append((argument, type)) }
        return Tensor(writer: writer, name: "%arg\(index)", type: type)
    }

    func validity(of dimension: Dimension) -> Tensor? {
        guard let symbol = dimension.symbol else { return nil }
        if let known = validities[symbol] { return known }
        let size = dimension.size(in: shape.sizes)
        let made =
            if symbol == layout.tokens {
                packed(.segments).compare(.greaterOrEqual, 0).reshape([size])
            } else {
                writer.iota(.i32, [size], along: 0).compare(.less, declare(.count(symbol), ProgramType(.i32, [])))
            }
        validities[symbol] = made
        return made
    }

    /// The node that produces a value.
    func producer(of value: Value) -> Node? { layout.producers[value] }

    /// The mask of a dropout, drawn once for the forward and the backward pass.
    ///
    /// It takes a byte for four elements. Drawing it at every use would be half of the program's code and of its
    /// compilation time.
    func mask(_ stream: UInt32, drawn: () -> PackedMask) -> PackedMask {
        if let known = masks[stream] { return known }
        let made = PackedMask(kept: drawn().numbers)
        masks[stream] = made
        return made
    }
}
