import PodiumGraph

/// Training steps whose batch is computed in parts: gradients are gathered part by part, then the update is made.
///
/// Dropout is a function of example and position, so that the parts have the whole batch's masks, and losses and updates
/// are the whole batch's but for the order of sums.
extension SequenceModel {
    /// The variables that gradients are gathered in, by the parameter's name.
    static func accumulator(of parameter: String) -> String { accumulatorPrefix + parameter }
    static var accumulatorPrefix: String { "accumulated/" }

    /// The graph of one part: the loss of the part, and its gradients into the accumulators.
    ///
    /// Inputs: those of `trainingGraph` without the learning rate; `share`, what the part is of the batch (float32 scalar), and
    /// `keep`, 0 for the first part and 1 for others. Output: `loss`, the mean over the part.
    ///
    /// - Parameter deepest: parameters deeper than this do not learn.
    func accumulationGraph(_ head: Head, checkpointing: Bool, deepest: Int = .max) -> Graph {
        var graph = Graph()
        graph.recomputes = checkpointing
        let packed = graph.packedSequences(training: true)
        let states = states(packed, rows: rows(for: head), in: &graph)
        let losses = losses(head, states, packed, in: &graph)
        let loss = losses.dropFirst().reduce(losses[0]) { graph.add($0, $1) }
        graph.output("loss", graph.reported(loss))
        let share = graph.input("share", .float32, [])
        let keep = graph.input("keep", .float32, [])
        let parameters = learning(graph.parameters, deepest: deepest)
        let gradients = graph.gradients(of: loss, withRespectTo: parameters.map(\.value))
        let added = graph.scale(gradients, by: share)
        let sums = parameters.map { parameter in
            graph.variable(Self.accumulator(of: parameter.name), parameter.value.shape.map(\.fixed), role: .slot)
        }
        for ((sum, kept), gradient) in zip(zip(sums, graph.scale(sums, by: keep)), added) {
            graph.assign(sum, graph.add(kept, gradient))
        }
        return graph
    }

    /// The graph of the update by the gathered gradients.
    ///
    /// Inputs: `learningRate`, and `step` where bias is corrected. Output: `gradientNorm`.
    ///
    /// - Parameter parameters: those of the accumulation graph that learn.
    func updateGraph(of parameters: [Graph.Variable], optimizer: OptimizerOptions) -> Graph {
        var graph = Graph()
        let rate = graph.input("learningRate", .float32, [])
        let step = optimizer.adam.correctsBias ? graph.input("step", .int32, []) : nil
        for parameter in parameters { _ = graph.parameter(parameter.name, parameter.value.shape.map(\.fixed)) }
        let updated = graph.parameters
        let gradients = parameters.map { parameter in
            graph.variable(Self.accumulator(of: parameter.name), parameter.value.shape.map(\.fixed), role: .slot)
        }
        let norm = graph.globalNorm(gradients)
        graph.adamW(
            updated,
            gradients: gradients,
            scale: optimizer.clip.map { graph.clipScale(norm, limit: $0) },
            learningRate: rate,
            step: step,
            options: optimizer.adam,
            decays: { WeightDecay.applies(to: $0) },
            rate: { ParameterDepth.rate($0, layers: configuration.layers, decay: optimizer.layerDecay) }
        )
        graph.output("gradientNorm", norm)
        return graph
    }
}
