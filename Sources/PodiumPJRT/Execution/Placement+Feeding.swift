import PodiumGraph

extension Placement {
    /// An argument of the program for one replica.
    func argument(
        _ argument: LoweredProgram.Argument,
        replica: Int,
        layout: GraphLayout,
        graph: Graph,
        feeds: [String: HostTensor]
    ) throws(GraphError) -> HostTensor {
        let part = parts[replica]
        let rows = shape.packing.map { [$0.rows, $0.width] } ?? []
        switch argument {
        case .segments: return HostTensor(part.segments, shape: rows)
        case .positions: return HostTensor(part.positions, shape: rows)
        case .firstTokens: return HostTensor(part.firstTokens)
        case .lastTokens: return HostTensor(part.lastTokens)
        case .count(let symbol): return HostTensor(scalar: Int32(part.counts[symbol] ?? 0))
        case .variable: preconditionFailure("variables are on the device")
        case .feed(let name):
            guard let fed = feeds[name], let input = graph.inputs.first(where: { $0.name == name }) else {
                preconditionFailure("input \(name) was not fed")
            }
            let index = layout.indices.first { $0.name == name && $0.index.bound.symbol != nil }?.index
            let moved = try index.map { index throws(GraphError) in try renumbered(fed, index, name, part) } ?? fed
            guard let symbol = try Placement.symbol(of: input) else { return moved }
            guard let slots = part.slots[symbol] else { preconditionFailure("symbol \(symbol) has no place") }
            return Placement.pick(moved, slots)
        }
    }

    /// The symbol that numbers a tensor's rows, if one does.
    private static func symbol(of input: Graph.Input) throws(GraphError) -> String? {
        let shape = input.value.shape
        guard let first = shape.first(where: { $0.symbol != nil }) else { return nil }
        guard shape[0] == first, first.scale == 1, first.offset == 0, shape.dropFirst().allSatisfy({ $0.symbol == nil })
        else { throw GraphError(.unsupported, "\(input.name) (\(input.value.type)) cannot be padded") }
        return first.symbol
    }

    /// Rows of a tensor, zeros for −1.
    private static func pick(_ tensor: HostTensor, _ slots: [Int32]) -> HostTensor {
        let width = tensor.shape.dropFirst().reduce(1, *)
        let shape = [slots.count] + tensor.shape.dropFirst()
        func pick<Element: Numeric>(_ elements: [Element]) -> [Element] {
            var result = Array(repeating: Element.zero, count: slots.count * width)
            for (row, slot) in slots.enumerated() where slot >= 0 {
                for column in 0..<width { result[row * width + column] = elements[Int(slot) * width + column] }
            }
            return result
        }
        switch tensor.elements {
        case .float32(let floats): return HostTensor(pick(floats), shape: shape)
        case .int32(let integers): return HostTensor(pick(integers), shape: shape)
        }
    }

    /// Row numbers of the batch translated to row numbers of the bucket.
    private func renumbered(
        _ tensor: HostTensor,
        _ index: IndexInput,
        _ name: String,
        _ part: Part
    ) throws(GraphError) -> HostTensor {
        guard !part.rowOfToken.isEmpty else {
            guard parts.count == 1 else {
                throw GraphError(.unsupported, "indices in \(name) cannot be divided among replicas")
            }
            return tensor
        }
        // The number for another replica's row does not matter: the row is not picked.
        return HostTensor(tensor.integers.map { max(0, part.rowOfToken[Int($0)]) }, shape: tensor.shape)
    }

    /// Checks that all fed indices are in range.
    static func check(
        _ layout: GraphLayout,
        feeds: [String: HostTensor],
        bindings: [String: Int]
    ) throws(GraphError) {
        for (name, index) in layout.indices {
            let bound = index.bound.size(in: bindings)
            for value in feeds[name]?.integers ?? [] where value < 0 ? !index.allowsNone : Int(value) >= bound {
                throw GraphError(.value, "\(name) holds \(value), which is not in 0 ..< \(bound)")
            }
        }
    }

    /// An output in the batch's order, from the replicas' outputs for the bucket.
    func output(_ computed: [HostTensor], type: TensorType, bindings: [String: Int]) -> HostTensor {
        let shape = type.dimensions(in: bindings)
        guard let symbol = type.shape.first?.symbol else { return computed[0] }
        let width = shape.dropFirst().reduce(1, *)
        func place<Element: Numeric>(_ elements: (HostTensor) -> [Element]) -> [Element] {
            var result = Array(repeating: Element.zero, count: shape[0] * width)
            for (part, tensor) in zip(parts, computed) {
                let elements = elements(tensor)
                for (row, slot) in (part.slots[symbol] ?? []).enumerated() where slot >= 0 {
                    for column in 0..<width { result[Int(slot) * width + column] = elements[row * width + column] }
                }
            }
            return result
        }
        return type.element == .float32
            ? HostTensor(place(\.floats), shape: shape) : HostTensor(place(\.integers), shape: shape)
    }
}
