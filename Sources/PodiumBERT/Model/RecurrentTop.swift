import PodiumGraph

extension SequenceModel {
    /// The rows of the last layer that are needed: all of them where a recurrent layer stands on it.
    func rows(for head: Head) -> StateRows { configuration.top == .bilstm ? .all : requiredRows(for: head) }

    /// An LSTM in each direction over a model's states, each half as wide as the model ("+ BiLSTM" of BERT's paper, table 5).
    ///
    /// - Returns: both directions' states side by side, float32 [T, H], and those that have read the whole sequence, [sequences, H]:
    ///   the last token's of the forward direction and the first token's of the backward one.
    func recurrentTop(
        _ states: Value,
        _ packed: PackedSequences,
        in graph: inout Graph
    ) -> (tokens: Value, ends: Value) {
        let width = configuration.hiddenSize / 2
        let directions = HeadTensor.Direction.allCases.map { direction in
            let name = "top.recurrent.\(direction.rawValue)"
            return graph.lstm(
                linear(states, "\(name).input", to: 4 * width, in: &graph),
                recurrentWeight: graph.parameter("\(name).hidden.weight", [4 * width, width]),
                sequences: packed,
                isReversed: direction == .backward
            )
        }
        let ends = [graph.lastTokens(directions[0], of: packed), graph.firstTokens(directions[1], of: packed)]
        return (graph.concatenate(directions), graph.concatenate(ends))
    }
}
