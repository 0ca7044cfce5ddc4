package import PodiumGraph

/// Names of graphs' inputs and outputs that a head adds.
package enum HeadTensor {
    /// Output float32 [sequences, labels], or [T, 2] for spans.
    package static let logits = "logits"
    /// Inputs int32 [masked]: rows of the packed tokens, and the tokens that belong there.
    package static let maskedPositions = "maskedPositions"
    package static let maskedLabels = "maskedLabels"
    /// Input int32 [sequences].
    package static let nextLabels = "nextLabels"
    /// Inputs int32: the rows that predict a token of their right (`forward`) or left (`backward`), and that token.
    package static func positions(_ direction: Direction) -> String { "\(direction.rawValue)Positions" }
    package static func labels(_ direction: Direction) -> String { "\(direction.rawValue)Labels" }

    /// Where the token that a state predicts stands.
    package enum Direction: String, CaseIterable, Sendable { case forward, backward }

    /// Output of a training graph: one objective's loss, a scalar.
    package static func loss(_ kind: Objective.Kind) -> String { "loss/\(kind.rawValue)" }
}

extension SequenceModel {
    /// The graph of a forward pass with its head.
    ///
    /// Inputs: `tokens`, `types`, `offsets`. Outputs: `logits` (float32 [sequences, labels], or [T, 2] for spans);
    /// for pre-training `maskedLogits` [masked, vocabulary] with the further input `maskedPositions`, and `nextLogits`
    /// [sequences, 2], as the objectives have them.
    ///
    /// - Parameter returningStates: adds an output `state.N` for the embeddings and every layer.
    package func evaluationGraph(_ head: Head, returningStates: Bool = false) -> Graph {
        var graph = Graph()
        let packed = graph.packedSequences(training: false)
        let states = states(packed, rows: returningStates ? .all : rows(for: head), in: &graph)
        switch head {
        case .classification, .regression, .span:
            graph.output(HeadTensor.logits, logits(head, states, packed, in: &graph))
        case .pretraining(let objectives):
            for objective in objectives {
                switch objective.kind {
                case .maskedTokens:
                    let positions = graph.input(HeadTensor.maskedPositions, .int32, [.symbol("masked")])
                    graph.output("maskedLogits", tokenLogits(states.masked, at: positions, "", in: &graph))
                case .nextSentence: graph.output("nextLogits", nextLogits(states, packed, in: &graph))
                case .nextToken:
                    for (direction, state) in oneWayStates(states) {
                        let positions = predictedRows(direction, in: &graph)
                        let logits = tokenLogits(state, at: positions, parameters(direction), in: &graph)
                        graph.output("\(direction.rawValue)Logits", logits)
                    }
                }
            }
        }
        if returningStates {
            for (number, state) in states.layers.enumerated() { graph.output("state.\(number)", state) }
        }
        return graph
    }

    /// The graph of a training step: forward, loss, gradients, reduction over replicas, clipping, AdamW.
    ///
    /// Further inputs: `examples`, `seed`, `step`, `learningRate`; `labels` (int32 [sequences]), or `targets`
    /// (float32 [sequences]), or `starts` and `ends` (int32 [sequences]), or those of the objectives (`HeadTensor`).
    /// Outputs: `loss`, `gradientNorm`; for pre-training `loss/KIND` of every objective.
    ///
    /// - Parameters:
    ///   - checkpointing: keeps each layer's input only, and recomputes the rest for the gradients.
    ///   - returningGradients: adds an output `gradient/NAME` for every parameter that learns.
    ///   - deepest: parameters deeper than this do not learn (see `ParameterDepth`).
    package func trainingGraph(
        _ head: Head,
        optimizer: OptimizerOptions,
        checkpointing: Bool = false,
        returningGradients: Bool = false,
        deepest: Int = .max
    ) -> Graph {
        var graph = Graph()
        graph.recomputes = checkpointing
        graph.meanScope = optimizer.clippingScope
        let packed = graph.packedSequences(training: true)
        let states = states(packed, rows: rows(for: head), in: &graph)
        let losses = losses(head, states, packed, in: &graph)
        let loss = losses.dropFirst().reduce(losses[0]) { graph.add($0, $1) }
        let reported = losses.map { graph.reported($0) }
        for (objective, value) in zip(head.objectives, reported) {
            graph.output(HeadTensor.loss(objective.kind), unweighted(value, objective, in: &graph))
        }
        graph.output("loss", reported.dropFirst().reduce(reported[0]) { graph.add($0, $1) })
        let rate = graph.input("learningRate", .float32, [])
        let parameters = learning(graph.parameters, deepest: deepest)
        let update = graph.minimize(
            loss,
            parameters: parameters,
            learningRate: rate,
            step: packed.sequenceRows?.step,
            options: optimizer,
            decays: { WeightDecay.applies(to: $0) },
            rate: { ParameterDepth.rate($0, layers: configuration.layers, decay: optimizer.layerDecay) }
        )
        graph.output("gradientNorm", update.norm)
        if returningGradients {
            for (parameter, gradient) in zip(parameters, update.gradients) {
                graph.output("gradient/\(parameter.name)", gradient)
            }
        }
        return graph
    }

    /// The parameters that are not deeper than asked for.
    func learning(_ parameters: [Graph.Variable], deepest: Int) -> [Graph.Variable] {
        parameters.filter { ParameterDepth.of($0.name, layers: configuration.layers) <= deepest }
    }

    /// The terms of the loss, each with its weight.
    func losses(
        _ head: Head,
        _ states: HiddenStates,
        _ packed: PackedSequences,
        in graph: inout Graph
    ) -> [Value] {
        switch head {
        case .classification:
            let labels = graph.input("labels", .int32, [packed.sequences])
            return [graph.softmaxCrossEntropy(logits(head, states, packed, in: &graph), labels: labels)]
        case .regression:
            let targets = graph.input("targets", .float32, [packed.sequences])
            return [graph.squaredError(logits(head, states, packed, in: &graph), targets: targets)]
        case .span:
            let starts = graph.input("starts", .int32, [packed.sequences])
            let ends = graph.input("ends", .int32, [packed.sequences])
            let logits = logits(head, states, packed, in: &graph)
            return [graph.spanCrossEntropy(logits, sequences: packed, starts: starts, ends: ends)]
        case .pretraining(let objectives):
            return objectives.map { objective in
                let loss = loss(objective.kind, states, packed, in: &graph)
                return objective.weight == 1 ? loss : graph.scale(loss, by: objective.weight)
            }
        }
    }

    private func loss(
        _ kind: Objective.Kind,
        _ states: HiddenStates,
        _ packed: PackedSequences,
        in graph: inout Graph
    ) -> Value {
        switch kind {
        case .maskedTokens:
            let positions = graph.input(HeadTensor.maskedPositions, .int32, [.symbol("masked")])
            let labels = graph.input(HeadTensor.maskedLabels, .int32, [.symbol("masked")])
            let logits = tokenLogits(states.masked, at: positions, "", in: &graph)
            return graph.softmaxCrossEntropy(logits, labels: labels)
        case .nextSentence:
            let labels = graph.input(HeadTensor.nextLabels, .int32, [packed.sequences])
            return graph.softmaxCrossEntropy(nextLogits(states, packed, in: &graph), labels: labels)
        case .nextToken:
            let directions = oneWayStates(states)
            precondition(!directions.isEmpty, "the model has no one-way states")
            let terms = directions.map { direction, state in
                let positions = predictedRows(direction, in: &graph)
                let labels = graph.input(HeadTensor.labels(direction), .int32, positions.shape)
                let logits = tokenLogits(state, at: positions, parameters(direction), in: &graph)
                return graph.softmaxCrossEntropy(logits, labels: labels)
            }
            guard terms.count > 1 else { return terms[0] }
            // The mean of the directions, so that the loss is a token's whatever the architecture.
            return graph.scale(graph.add(terms[0], terms[1]), by: 0.5)
        }
    }

    /// A reported loss without its weight.
    private func unweighted(_ loss: Value, _ objective: Objective, in graph: inout Graph) -> Value {
        objective.weight == 1 ? loss : graph.scale(loss, by: 1 / objective.weight)
    }

    private func oneWayStates(_ states: HiddenStates) -> [(direction: HeadTensor.Direction, state: Value)] {
        let all = [(HeadTensor.Direction.forward, states.forward), (.backward, states.backward)]
        return all.compactMap { direction, state in state.map { (direction, $0) } }
    }

    private func predictedRows(_ direction: HeadTensor.Direction, in graph: inout Graph) -> Value {
        graph.input(HeadTensor.positions(direction), .int32, [.symbol(direction.rawValue)])
    }

    /// Prefix of a direction's own parameters; a model with one direction shares the names of masked prediction.
    private func parameters(_ direction: HeadTensor.Direction) -> String {
        configuration.architecture == .shallowBidirectional ? "\(direction.rawValue)." : ""
    }

    func states(_ packed: PackedSequences, rows: StateRows, in graph: inout Graph) -> HiddenStates {
        let tokens = graph.input("tokens", .int32, [packed.tokens])
        let types = graph.input("types", .int32, [packed.tokens])
        return states(tokens: tokens, types: types, packed: packed, rows: rows, in: &graph)
    }

    private func logits(
        _ head: Head,
        _ states: HiddenStates,
        _ packed: PackedSequences,
        in graph: inout Graph
    ) -> Value {
        let top = configuration.top == .bilstm ? recurrentTop(states.last, packed, in: &graph) : nil
        if head == .span { return linear(top?.tokens ?? states.last, "qa_outputs", to: 2, in: &graph) }
        let labels = if case .classification(let labels) = head { labels } else { 1 }
        let pooled = graph.dropout(
            top?.ends ?? pooled(states, packed: packed, in: &graph),
            rate: Float(configuration.classifierDropout ?? configuration.hiddenDropout),
            rows: packed.sequenceRows
        )
        return linear(pooled, "classifier", to: labels, in: &graph)
    }

    /// Dense, GELU and layer norm on the predicted positions only, then the decoder that is tied to the word embeddings.
    ///
    /// - Parameter prefix: of the transform's parameters.
    private func tokenLogits(
        _ state: Value,
        at positions: Value,
        _ prefix: String,
        in graph: inout Graph
    ) -> Value {
        let name = "cls.predictions.\(prefix)transform"
        let transformed = linear(
            graph.gatherRows(state, at: positions),
            "\(name).dense",
            to: configuration.hiddenSize,
            activation: configuration.activation.operation,
            in: &graph
        )
        return graph.linear(
            addDropoutNorm(transformed, residual: nil, name, nil, in: &graph),
            weight: wordEmbeddings(in: &graph),
            bias: graph.parameter("cls.predictions.bias", [configuration.vocabularySize])
        )
    }

    private func nextLogits(_ states: HiddenStates, _ packed: PackedSequences, in graph: inout Graph) -> Value {
        linear(pooled(states, packed: packed, in: &graph), "cls.seq_relationship", to: 2, in: &graph)
    }
}

/// Which parameters decay.
package enum WeightDecay {
    /// Not layer norms and biases (`optimization.py`).
    package static func applies(to parameter: String) -> Bool {
        !parameter.contains("LayerNorm") && !parameter.hasSuffix("bias")
    }
}
