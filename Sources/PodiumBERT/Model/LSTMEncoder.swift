package import PodiumGraph

/// Two independent stacks of LSTMs, one in each direction, whose states stand side by side (Peters 2018, section 3.1).
///
/// "Shallow": no state depends on both sides of a token before the two are concatenated. Each direction is half as wide as
/// the model.
package struct LSTMEncoder: SequenceModel {
    package let configuration: Configuration

    package init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    private var width: Int { configuration.hiddenSize / 2 }

    package func states(
        tokens: Value,
        types: Value,
        packed: PackedSequences,
        rows: StateRows = .all,
        in graph: inout Graph
    ) -> HiddenStates {
        let x = embeddings(tokens: tokens, positions: nil, types: types, packed: packed, in: &graph)
        let directions = HeadTensor.Direction.allCases.map { stack($0, x, packed, in: &graph) }
        var layers = [x]
        for (forward, backward) in zip(directions[0], directions[1]) {
            layers.append(graph.concatenate([forward, backward]))
        }
        return HiddenStates(
            layers: layers,
            forward: directions[0][configuration.layers - 1],
            backward: directions[1][configuration.layers - 1]
        )
    }

    /// Every layer's output of one direction, float32 [T, H / 2].
    private func stack(
        _ direction: HeadTensor.Direction,
        _ input: Value,
        _ packed: PackedSequences,
        in graph: inout Graph
    ) -> [Value] {
        var x = input
        return (0..<configuration.layers).map { number in
            let name = "recurrent.\(direction.rawValue).\(number)"
            if number > 0 { x = graph.dropout(x, rate: Float(configuration.hiddenDropout), rows: packed.tokenRows) }
            x = graph.lstm(
                linear(x, "\(name).input", to: 4 * width, in: &graph),
                recurrentWeight: graph.parameter("\(name).hidden.weight", [4 * width, width]),
                sequences: packed,
                isReversed: direction == .backward
            )
            return x
        }
    }

    /// tanh(W·x + b), where x is each direction's last state: the forward one's of the last token, the backward one's of
    /// the first.
    package func pooled(_ states: HiddenStates, packed: PackedSequences, in graph: inout Graph) -> Value {
        guard let forward = states.forward, let backward = states.backward else {
            preconditionFailure("a recurrent model has states of both directions")
        }
        let ends = graph.concatenate([
            graph.lastTokens(forward, of: packed), graph.firstTokens(backward, of: packed),
        ])
        return linear(ends, "pooler.dense", to: configuration.hiddenSize, activation: .tanh, in: &graph)
    }
}
