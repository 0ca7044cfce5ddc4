package import PodiumGraph

/// Runs a model's forward pass, without dropout, on batches of sequences sorted by length.
package final class Predictor {
    private let executor: any GraphExecutor
    /// Largest number of tokens in a batch (a longer sequence makes a batch of its own).
    ///
    /// Large, because every batch pays for transposing the weights, and every new size for generating its matmul code.
    package var tokensPerBatch = 8192

    /// Any graph whose inputs are a packed batch's, with weights of its own.
    package init(graph: Graph, weights: Weights, device: any GraphDevice) throws(GraphError) {
        let variables = device.makeVariables()
        try weights.write(into: variables)
        executor = try device.load(graph, variables: variables)
    }

    /// With weights of its own.
    package convenience init(
        model: any SequenceModel,
        head: Head,
        weights: Weights,
        device: any GraphDevice
    ) throws(GraphError) {
        try self.init(graph: model.evaluationGraph(head), weights: weights, device: device)
    }

    /// With the weights of a model in training.
    package init(
        model: any SequenceModel,
        head: Head,
        sharing variables: any VariableStore,
        device: any GraphDevice
    ) throws(GraphError) {
        executor = try device.load(model.evaluationGraph(head), variables: variables)
    }

    /// Memory in bytes that predictions for sequences of these lengths need beyond the parameters; nil if the device does not
    /// know.
    package func additionalMemory(lengths: [Int]) -> Int? {
        let longest = lengths.max() ?? 0
        let tokens = max(longest, min(tokensPerBatch, lengths.reduce(0, +)))
        // As many sequences as short ones fill a batch.
        let shortest = lengths.min() ?? 1
        let sequences = min(lengths.count, tokens / max(1, shortest))
        return executor.additionalMemory(["tokens": tokens, "sequences": sequences])
    }

    /// The logits of every sequence, in the given order: a number a label, or two numbers a token (start, end).
    ///
    /// - Parameter progress: gets the number of sequences done, after every batch.
    package func logits(
        _ sequences: [PackedBatch.Sequence],
        progress: (Int) throws -> Void = { _ in }
    ) throws -> [[Float]] {
        try outputs(sequences, progress: progress)[HeadTensor.logits] ?? []
    }

    /// Every output of the graph by its name; for each sequence, in the given order, its rows one after another.
    ///
    /// A sequence has one row of an output over sequences, and a row a token of an output over tokens.
    ///
    /// - Parameter progress: gets the number of sequences done, after every batch.
    package func outputs(
        _ sequences: [PackedBatch.Sequence],
        progress: (Int) throws -> Void = { _ in }
    ) throws -> [String: [[Float]]] {
        let outputs = executor.graph.outputs
        var results: [String: [[Float]]] = [:]
        for output in outputs { results[output.name] = [[Float]](repeating: [], count: sequences.count) }
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
            let computed = try executor.run(batch.feeds)
            for output in outputs {
                guard let floats = computed[output.name]?.floats else { continue }
                let isPerToken = output.value.shape[0] == executor.graph.tokens
                let width = floats.count / max(1, isPerToken ? batch.tokens : batch.sequences)
                var first = 0
                for index in chosen {
                    let count = width * (isPerToken ? sequences[index].ids.count : 1)
                    results[output.name]?[index] = Array(floats[first..<(first + count)])
                    first += count
                }
            }
            start = end
            try progress(start)
        }
        return results
    }
}

extension Graph {
    /// The dimension of packed tokens.
    fileprivate var tokens: Dimension? { inputs.first { $0.name == "tokens" }?.value.shape[0] }
}
