package import PodiumGraph

/// A model that answers: a forward pass without dropout, on batches sorted by length.
package final class Predictor {
    private let executor: any GraphExecutor
    /// Largest number of tokens in a batch (a longer sequence makes a batch of its own).
    ///
    /// Many, because every batch pays for turning weights, and a new size for making its products.
    package var tokensPerBatch = 8192

    /// On weights of its own.
    package init(encoder: Encoder, head: Head, weights: Weights, device: any GraphDevice) throws(GraphError) {
        let variables = device.makeVariables()
        try weights.write(into: variables)
        executor = try device.load(encoder.evaluationGraph(head), variables: variables)
    }

    /// On the weights of a model in training.
    package init(encoder: Encoder, head: Head, sharing variables: any VariableStore, device: any GraphDevice)
        throws(GraphError)
    {
        executor = try device.load(encoder.evaluationGraph(head), variables: variables)
    }

    /// Logits of every sequence, in the order given: one number a label, or two numbers a token (start, end).
    ///
    /// - Parameter progress: told how many sequences are done.
    package func logits(
        _ sequences: [PackedBatch.Sequence],
        progress: (Int) throws -> Void = { _ in }
    ) throws -> [[Float]] {
        var results = [[Float]](repeating: [], count: sequences.count)
        let order = sequences.indices.sorted { (sequences[$0].ids.count, $0) < (sequences[$1].ids.count, $1) }
        var start = 0
        while start < order.count {
            var end = start
            var tokens = 0
            while end < order.count {
                tokens += sequences[order[end]].ids.count
                if tokens > tokensPerBatch && end > start { break }
                end += 1
            }
            let chosen = order[start..<end]
            let batch = PackedBatch(chosen.map { sequences[$0] }, isTraining: false)
            let logits = try executor.run(batch.feeds)["logits"]
            let floats = logits?.floats ?? []
            let width = logits?.shape.last ?? 1
            let perToken = logits?.shape.first == batch.tokens && floats.count == batch.tokens * width && isSpan
            var row = 0
            for index in chosen {
                let rows = perToken ? sequences[index].ids.count : 1
                results[index] = Array(floats[(row * width)..<((row + rows) * width)])
                row += rows
            }
            start = end
            try progress(start)
        }
        return results
    }

    private lazy var isSpan = executor.graph.parameters.contains { $0.name == "qa_outputs.weight" }
}
