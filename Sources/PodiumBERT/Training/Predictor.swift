package import PodiumGraph

/// Runs a model's forward pass, without dropout, on batches of sequences sorted by length.
package final class Predictor {
    private let executor: any GraphExecutor
    /// Largest number of tokens in a batch (a longer sequence makes a batch of its own).
    ///
    /// Large, because every batch pays for transposing the weights, and every new size for generating its matmul code.
    package var tokensPerBatch = 8192

    /// With weights of its own.
    package init(encoder: BERTEncoder, head: Head, weights: Weights, device: any GraphDevice) throws(GraphError) {
        let variables = device.makeVariables()
        try weights.write(into: variables)
        executor = try device.load(encoder.evaluationGraph(head), variables: variables)
    }

    /// With the weights of a model in training.
    package init(encoder: BERTEncoder, head: Head, sharing variables: any VariableStore, device: any GraphDevice)
        throws(GraphError)
    {
        executor = try device.load(encoder.evaluationGraph(head), variables: variables)
    }

    /// Logits of every sequence, in the order given: one number a label, or two numbers a token (start, end).
    ///
    /// - Parameter progress: gets the number of sequences done, after every batch.
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
