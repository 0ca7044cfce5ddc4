package import PodiumGraph

/// The layers on top of the hidden states, and their loss: one linear layer for every task, as in the paper.
package enum Head: Hashable, Sendable {
    /// Dropout and a linear layer on the pooled output (paper, section 4.1).
    case classification(labels: Int)
    /// The same with one output and squared error.
    case regression
    /// Start and end logits for every token (section 4.2).
    case span
    /// Masked tokens and next sentences (section 3.1).
    case pretraining

    /// Whether the parameter belongs to this head or another, rather than to the encoder.
    static func owns(_ parameter: String) -> Bool {
        parameter.hasPrefix("classifier.") || parameter.hasPrefix("qa_outputs.") || parameter.hasPrefix("cls.")
    }
}

extension BERTEncoder {
    /// The rows of the last layer that a head reads.
    package func rows(readBy head: Head) -> Rows {
        switch head {
        case .classification, .regression: configuration.direction == .bidirectional ? .firstTokens : .all
        case .span, .pretraining: .all
        }
    }

    /// The graph of a forward pass with its head.
    ///
    /// Inputs: `tokens`, `types`, `offsets`. Outputs: `logits` (float32 [sequences, labels], or [T, 2] for spans);
    /// for pre-training `maskedLogits` [masked, vocabulary] and `nextLogits` [sequences, 2], with the
    /// further input `maskedPositions` (rows of the packed tokens).
    package func evaluationGraph(_ head: Head, returningStates: Bool = false) -> Graph {
        var graph = Graph()
        let packed = graph.packedSequences(training: false)
        let states = self.states(packed, rows: returningStates ? .all : requiredRows(for: head), in: &graph)
        switch head {
        case .classification, .regression, .span:
            graph.output("logits", logits(head, states, packed, in: &graph))
        case .pretraining:
            let positions = graph.input("maskedPositions", .int32, [.symbol("masked")])
            graph.output("maskedLogits", maskedLogits(states, at: positions, in: &graph))
            graph.output("nextLogits", nextLogits(states, packed, in: &graph))
        }
        if returningStates {
            for (number, state) in states.enumerated() { graph.output("state.\(number)", state) }
        }
        return graph
    }

    /// The graph of a training step: forward, loss, gradients, clipping, AdamW.
    ///
    /// Further inputs: `examples`, `seed`, `step`, `learningRate`; `labels` (int32 [sequences]), or `targets`
    /// (float32 [sequences]), or `starts` and `ends` (int32 [sequences]), or `maskedPositions`, `maskedLabels`
    /// (int32 [masked]) and `nextLabels` (int32 [sequences]). Outputs: `loss`, `gradientNorm`; for pre-training
    /// `maskedLoss` and `nextLoss`.
    ///
    /// - Parameters:
    ///   - checkpointing: keeps each layer's input only, and computes the rest of it again for the gradients.
    ///   - returningGradients: adds an output `gradient/NAME` for every parameter.
    package func trainingGraph(
        _ head: Head,
        optimizer: AdamW.Options,
        checkpointing: Bool = false,
        returningGradients: Bool = false
    ) -> Graph {
        var graph = Graph()
        graph.recomputes = checkpointing
        let packed = graph.packedSequences(training: true)
        let states = self.states(packed, rows: requiredRows(for: head), in: &graph)
        let loss: Value
        switch head {
        case .classification:
            let labels = graph.input("labels", .int32, [packed.sequences])
            loss = graph.softmaxCrossEntropy(logits(head, states, packed, in: &graph), labels: labels)
        case .regression:
            let targets = graph.input("targets", .float32, [packed.sequences])
            loss = graph.squaredError(logits(head, states, packed, in: &graph), targets: targets)
        case .span:
            let starts = graph.input("starts", .int32, [packed.sequences])
            let ends = graph.input("ends", .int32, [packed.sequences])
            let logits = logits(head, states, packed, in: &graph)
            loss = graph.spanCrossEntropy(logits, sequences: packed, starts: starts, ends: ends)
        case .pretraining:
            let positions = graph.input("maskedPositions", .int32, [.symbol("masked")])
            let maskedLabels = graph.input("maskedLabels", .int32, [.symbol("masked")])
            let nextLabels = graph.input("nextLabels", .int32, [packed.sequences])
            let masked = graph.softmaxCrossEntropy(
                maskedLogits(states, at: positions, in: &graph),
                labels: maskedLabels
            )
            let next = graph.softmaxCrossEntropy(nextLogits(states, packed, in: &graph), labels: nextLabels)
            graph.output("maskedLoss", masked)
            graph.output("nextLoss", next)
            loss = graph.add(masked, next)
        }
        graph.output("loss", loss)
        let rate = graph.input("learningRate", .float32, [])
        // A span head leaves the pooler idle; what the loss does not reach is not trained.
        let step = packed.sequenceRows?.step
        let update = graph.adamW(
            minimize: loss,
            parameters: graph.parameters,
            learningRate: rate,
            step: optimizer.correctsBias ? step : nil,
            options: optimizer
        ) { Self.decays($0) }
        graph.output("gradientNorm", update.norm)
        if returningGradients {
            for (parameter, gradient) in zip(graph.parameters, update.gradients) {
                graph.output("gradient/\(parameter.name)", gradient)
            }
        }
        return graph
    }

    /// Whether weight decay applies: not to layer norms and biases (`optimization.py`).
    package static func decays(_ name: String) -> Bool {
        !name.contains("LayerNorm") && !name.hasSuffix("bias")
    }

    private func states(_ packed: PackedSequences, rows: BERTEncoder.Rows, in graph: inout Graph) -> [Value] {
        let tokens = graph.input("tokens", .int32, [packed.tokens])
        let types = graph.input("types", .int32, [packed.tokens])
        return states(tokens: tokens, types: types, packed: packed, rows: rows, in: &graph)
    }

    private func logits(_ head: Head, _ states: [Value], _ packed: PackedSequences, in graph: inout Graph) -> Value {
        if head == .span { return linear(states[states.count - 1], "qa_outputs", to: 2, in: &graph) }
        let labels = if case .classification(let labels) = head { labels } else { 1 }
        let pooled = graph.dropout(
            pooled(states, packed: packed, in: &graph),
            rate: Float(configuration.classifierDropout ?? configuration.hiddenDropout),
            rows: packed.sequenceRows
        )
        return linear(pooled, "classifier", to: labels, in: &graph)
    }

    /// Dense, GELU and layer norm on the masked positions only, then the tied decoder.
    private func maskedLogits(_ states: [Value], at positions: Value, in graph: inout Graph) -> Value {
        let chosen = graph.gatherRows(states[states.count - 1], at: positions)
        let name = "cls.predictions.transform"
        let transformed = graph.addDropoutNorm(
            linear(
                chosen,
                "\(name).dense",
                to: configuration.hiddenSize,
                activation: configuration.activation.operation,
                in: &graph
            ),
            residual: nil,
            gamma: graph.parameter("\(name).LayerNorm.weight", [configuration.hiddenSize]),
            beta: graph.parameter("\(name).LayerNorm.bias", [configuration.hiddenSize]),
            epsilon: Float(configuration.layerNormEpsilon)
        )
        return graph.linear(
            transformed,
            weight: wordEmbeddings(in: &graph),
            bias: graph.parameter("cls.predictions.bias", [configuration.vocabularySize])
        )
    }

    private func nextLogits(_ states: [Value], _ packed: PackedSequences, in graph: inout Graph) -> Value {
        linear(pooled(states, packed: packed, in: &graph), "cls.seq_relationship", to: 2, in: &graph)
    }
}
