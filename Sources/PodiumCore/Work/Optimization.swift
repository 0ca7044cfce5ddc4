/// When training ends, and with it what the learning rate's schedule is stretched over.
package enum TrainingLength: Hashable, Sendable {
    /// Passes over the training examples; need not be whole.
    case epochs(Double)
    case steps(Int)
    /// Of training alone: reading, evaluating and saving are not counted.
    case seconds(Double)
    /// Floating-point operations of the steps' matrix products.
    case flops(Double)
}

/// How the learning rate moves over training.
package enum ScheduleShape: String, Codable, Hashable, Sendable, CaseIterable {
    /// `optimization.py` of the 2018 release: decay counts from step 0, and warm-up overrides it.
    case bert2018
    /// transformers' `get_linear_schedule_with_warmup`.
    case linear
}

/// What is clipped to `clipNorm` where several devices share a batch; on one device both are the same.
package enum Clipping: String, Codable, Hashable, Sendable, CaseIterable {
    /// The gradient of the whole batch.
    case global
    /// Each device's own, and then they are summed, as the release does on TPUs.
    case bert2018
}

/// What matrix products multiply; sums and weights are float32 always.
package enum Precision: String, Codable, Hashable, Sendable, CaseIterable { case float32, bf16 }

/// How weights are trained, with the 2018 release's defaults (`optimization.py`, `run_classifier.py`).
package struct Optimization: Hashable, Sendable {
    package var length = TrainingLength.epochs(3)
    package var batchSize = 32
    package var learningRate: Double
    package var warmupProportion = 0.1
    package var schedule = ScheduleShape.bert2018
    package var weightDecay = 0.01
    /// What the learning rate of a layer is of the layer above it, the head's being the whole; nil for one rate.
    package var layerDecay: Double?
    package var adamEpsilon = 1e-6
    package var biasCorrection = false
    package var clipNorm = 1.0
    package var clipping = Clipping.global
    /// Parts of every batch whose gradients are computed alone and summed along a fixed tree; nil for one.
    package var batchShards: Int?
    /// Overrides the model's own dropout probabilities; nil leaves them.
    package var dropout: Double?
    /// Whether gradients compute activations again instead of keeping them: less memory, about a third more work.
    package var gradientCheckpointing = false
    /// Steps between checkpoints; nil saves about every half minute.
    package var checkpointEverySteps: Int?
    /// Checkpoints of an attempt that stay; nil for two, as the newest may be unknown to the store when an engine dies.
    package var keepCheckpoints: Int?

    package init(learningRate: Double = 5e-5) {
        self.learningRate = learningRate
    }
}

extension Optimization {
    /// Passes over the training examples, where they decide the length; nil leaves it alone when set.
    package var epochs: Double? {
        get { if case .epochs(let count) = length { count } else { nil } }
        set { if let newValue { length = .epochs(newValue) } }
    }

    /// Steps, where they decide the length; nil leaves it alone when set.
    package var maxSteps: Int? {
        get { if case .steps(let count) = length { count } else { nil } }
        set { if let newValue { length = .steps(newValue) } }
    }

    /// Seconds of training, where they decide the length; nil leaves it alone when set.
    package var maxSeconds: Double? {
        get { if case .seconds(let count) = length { count } else { nil } }
        set { if let newValue { length = .seconds(newValue) } }
    }

    /// Floating-point operations, where they decide the length; nil leaves it alone when set.
    package var maxFlops: Double? {
        get { if case .flops(let count) = length { count } else { nil } }
        set { if let newValue { length = .flops(newValue) } }
    }
}

/// Which of the models that a training passes through is kept and predicts.
package enum KeptModel: String, Codable, Hashable, Sendable, CaseIterable {
    case last
    /// The one with the best score on the development set.
    case best
}

/// Which layers below a task's head learn, and from when on.
package enum Unfreezing: String, Codable, Hashable, Sendable, CaseIterable {
    /// All of them, from the first step.
    case all
    /// One more each epoch, from the head down; the embeddings come last.
    case gradual
    /// None: the model makes features of texts, and the head learns from them.
    case none
}

/// What stands on a model's states and answers a task.
package enum TaskHead: String, Codable, Hashable, Sendable, CaseIterable {
    /// One linear layer, as in BERT's paper.
    case linear
    /// An LSTM in each direction and a linear layer on their states, as in the paper's tables 5 and 7.
    case bilstm
}

/// What every run of the engine needs to know, whether it trains or not.
package struct EngineOptions: Hashable, Sendable {
    /// In pieces, with the special ones.
    package var maxSequenceLength: Int
    package var precision = Precision.float32

    package init(maxSequenceLength: Int = 128) {
        self.maxSequenceLength = maxSequenceLength
    }
}

/// How passages are cut and answers chosen for SQuAD (`run_squad.py`).
package struct SpanOptions: Hashable, Sendable {
    package var docStride = 128
    package var maxQueryLength = 64
    package var nBestSize = 20
    package var maxAnswerLength = 30

    package init() {}
}

/// How pre-training examples are made of text (`create_pretraining_data.py`).
package struct MaskingOptions: Hashable, Sendable {
    package var maskedLMProbability = 0.15
    package var maxPredictionsPerSequence = 20
    package var wholeWordMasking = false
    package var shortSequenceProbability = 0.1
    package var duplicateFactor = 10

    package init() {}
}
