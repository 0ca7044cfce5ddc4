package import PodiumGraph

extension SequenceModel {
    /// The graph of a forward pass without a head: an output `state.N` for each of these layers, 0 being the embeddings.
    ///
    /// Inputs: `tokens`, `types`, `offsets`. Outputs: float32 [T, H]; of the last layer [sequences, H] where only first tokens'
    /// rows are asked for and the architecture can leave out the others.
    ///
    /// - Parameter rows: what is needed of the last layer.
    package func statesGraph(layers: [Int], rows: StateRows) -> Graph {
        var graph = Graph()
        let packed = graph.packedSequences(training: false)
        let canSkip = requiredRows(for: .regression) == .firstTokens
        let states = states(packed, rows: canSkip ? rows : .all, in: &graph)
        for layer in layers { graph.output("state.\(layer)", states.layers[layer]) }
        return graph
    }
}
