/// Divides fed batches of packed sequences into shards: logical replicas, whatever computes them.
///
/// Sequences are dealt by length, the longest first, to and fro, so that shards have about as many tokens each; within a
/// shard they keep the batch's order. The division is a function of the batch and the number of shards alone.
package struct BatchShares: Sendable {
    package let shards: Int
    private let inputs: [Graph.Input]
    private let offsets: String
    private let tokens: String
    private let sequences: String
    /// For other symbols, the input that holds each of their rows' token.
    private let leaders: [String: String]

    package init(_ graph: Graph, shards: Int) throws(GraphError) {
        guard let coordinates = graph.nodes.first(where: { $0.operation is TokenCoordinates }),
            let packing = coordinates.operation as? TokenCoordinates, let tokens = packing.tokens.symbol,
            let offsets = graph.inputs.first(where: { $0.value == coordinates.inputs[0] }),
            let sequences = offsets.value.shape[0].symbol
        else { throw GraphError(.unsupported, "only batches of packed sequences can be divided into shards") }
        (self.shards, self.tokens, self.sequences, self.offsets) = (shards, tokens, sequences, offsets.name)
        inputs = graph.inputs
        var leaders: [String: String] = [:]
        for node in graph.nodes where node.operation is GatherRows {
            guard node.inputs[0].shape[0] == packing.tokens, let symbol = node.inputs[1].shape[0].symbol,
                let input = graph.inputs.first(where: { $0.value == node.inputs[1] })
            else { continue }
            leaders[symbol] = input.name
        }
        self.leaders = leaders
        for input in graph.inputs where input.value != offsets.value {
            let symbols = Set(input.value.shape.compactMap(\.symbol))
            guard symbols.isEmpty || input.value.shape[0].symbol.map({ symbols == [$0] }) == true,
                symbols.isSubset(of: [tokens, sequences]) || leaders[symbols.first ?? ""] != nil
            else {
                throw GraphError(.unsupported, "\(input.name) (\(input.value.type)) cannot be divided into shards")
            }
        }
    }

    /// The feeds of some shards; a shard without sequences has none of any rows.
    package func feeds(
        of wanted: Range<Int>,
        _ feeds: [String: HostTensor]
    ) throws(GraphError) -> [[String: HostTensor]] {
        let ends = feeds[offsets]?.integers ?? []
        let spans = try spans(ends, tokens: feeds.first { isOfTokens($0.key) }?.value.shape.first)
        let members = members(spans)
        var (shardOfToken, rowOfToken) = ([Int](), [Int32]())
        if !leaders.isEmpty {
            shardOfToken = [Int](repeating: 0, count: Int(ends.last ?? 0))
            rowOfToken = [Int32](repeating: 0, count: shardOfToken.count)
            for (shard, chosen) in members.enumerated() {
                var row: Int32 = 0
                for sequence in chosen {
                    for token in spans[sequence] {
                        (shardOfToken[token], rowOfToken[token]) = (shard, row)
                        row += 1
                    }
                }
            }
        }
        var result: [[String: HostTensor]] = []
        for shard in wanted {
            let chosen = members[shard]
            let rows = chosen.flatMap { Array(spans[$0]) }
            var picked: [String: [Int]] = [tokens: rows, sequences: chosen]
            for (symbol, leader) in leaders where symbol != tokens && symbol != sequences {
                let places = feeds[leader]?.integers ?? []
                for place in places where !shardOfToken.indices.contains(Int(place)) {
                    throw GraphError(.value, "\(leader) holds \(place), which is not in 0 ..< \(shardOfToken.count)")
                }
                picked[symbol] = places.indices.filter { shardOfToken[Int(places[$0])] == shard }
            }
            var own: [String: HostTensor] = [:]
            for input in inputs {
                guard let fed = feeds[input.name] else { continue }
                if input.name == offsets {
                    own[input.name] = HostTensor(
                        chosen.reduce(into: [0]) { $0.append(($0.last ?? 0) + Int32(spans[$1].count)) }
                    )
                    continue
                }
                guard let symbol = input.value.shape.first?.symbol else {
                    own[input.name] = fed
                    continue
                }
                let part = Self.pick(fed, picked[symbol] ?? [])
                own[input.name] =
                    leaders[symbol] == input.name
                    ? HostTensor(part.integers.map { rowOfToken[Int($0)] }, shape: part.shape) : part
            }
            result.append(own)
        }
        return result
    }

    private func isOfTokens(_ name: String) -> Bool {
        inputs.contains { $0.name == name && $0.value.shape.first?.symbol == tokens }
    }

    /// The sequences of each shard, ascending.
    private func members(_ spans: [Range<Int>]) -> [[Int]] {
        var members = [[Int]](repeating: [], count: shards)
        let order = spans.indices.sorted { (-spans[$0].count, $0) < (-spans[$1].count, $1) }
        for (place, sequence) in order.enumerated() {
            let (round, position) = place.quotientAndRemainder(dividingBy: shards)
            members[round.isMultiple(of: 2) ? position : shards - 1 - position].append(sequence)
        }
        return members.map { $0.sorted() }
    }

    private func spans(_ offsets: [Int32], tokens: Int?) throws(GraphError) -> [Range<Int>] {
        var spans: [Range<Int>] = []
        for (start, end) in zip(offsets, offsets.dropFirst()) {
            guard start <= end else { throw GraphError(.value, "offsets run backwards, from \(start) to \(end)") }
            spans.append(Int(start)..<Int(end))
        }
        guard offsets.first == 0, tokens == nil || tokens == Int(offsets.last ?? -1) else {
            throw GraphError(.value, "offsets must run from 0 to the number of tokens, \(tokens ?? 0)")
        }
        return spans
    }

    private static func pick(_ tensor: HostTensor, _ rows: [Int]) -> HostTensor {
        let width = tensor.shape.dropFirst().reduce(1, *)
        let shape = [rows.count] + tensor.shape.dropFirst()
        func pick<Element>(_ elements: [Element]) -> [Element] {
            width == 1 ? rows.map { elements[$0] } : rows.flatMap { elements[$0 * width..<($0 + 1) * width] }
        }
        switch tensor.elements {
        case .float32(let floats): return HostTensor(pick(floats), shape: shape)
        case .int32(let integers): return HostTensor(pick(integers), shape: shape)
        }
    }
}
