/// What a run does, with all that decides its result: no defaults are looked up later.
package enum Work: Hashable, Sendable {
    case pretrain(Pretraining)
    case finetune(FineTuning)
    case evaluate(Evaluating)
    case embed(Embedding)
    /// Compares the systems of its suite.
    case report
}

/// The name of a `Work` case.
package enum RunKind: String, Codable, CaseIterable, Sendable {
    case pretrain
    case finetune
    case evaluate
    case embed
    case report
}

/// Masked-LM and next-sentence training on plain text.
package struct Pretraining: Hashable, Sendable {
    /// What is trained.
    package enum Start: Hashable, Sendable {
        case fresh(FreshModel)
        /// A model with a vocabulary of its own goes on.
        case model(ModelReference)
    }

    package var start: Start
    package var corpus: CorpusReference
    /// Nil for those of the model's architecture, where the model brings its own.
    package var objectives: [PretrainingObjective]?
    package var masking = MaskingOptions()
    /// Parts of the training with sequences of their own length, in order; none for one part as `engine` and `masking` say.
    package var phases: [PretrainingPhase] = []
    /// The share of documents that are held out.
    package var heldOutShare = 0.02
    /// Held-out sequences that are measured each time, at most.
    package var heldOutSequences = 200
    /// Shares of the training after which its model is kept; nil for none but those that other runs start from.
    package var checkpointsAt: [Double]?
    package var optimization: Optimization
    package var engine = EngineOptions()
    package var seed: UInt64

    /// - Parameter model: a preset's vocabulary is learned from the corpus.
    package init(model: ModelReference, corpus: CorpusReference = .sample, seed: UInt64 = 1) {
        if case .preset(let name) = model { start = .fresh(FreshModel(preset: name)) } else { start = .model(model) }
        self.corpus = corpus
        self.seed = seed
        optimization = Optimization(learningRate: 1e-4)
    }

    package var model: ModelReference {
        switch start {
        case .fresh(let fresh): .preset(fresh.preset)
        case .model(let reference): reference
        }
    }
}

/// A model without weights, whose vocabulary is learned from the corpus.
package struct FreshModel: Hashable, Sendable {
    package var preset: String
    package var architecture = Architecture.bidirectional
    package var vocabularySize = 4000

    /// The longest sequence that a model of any preset has positions for.
    package static let positions = 512

    package init(preset: String) {
        self.preset = preset
    }
}

/// A task to be scored on, and where its examples are.
package struct TaskExamples: Hashable, Sendable {
    /// What the examples of a task are.
    package enum Form: Hashable, Sendable {
        /// Sentences or pairs of them, with a label each.
        case sentences
        /// Questions about passages.
        case passages(SpanOptions)
    }

    package let task: BenchmarkTask
    package var data: DataReference
    package var form: Form
    /// Only the first so many evaluation examples are used, and the report says so; nil for all.
    package var evaluationExamples: Int?
    /// The sets that predictions are kept of.
    package var predict: [PredictedSet] = [.dev]

    package init(_ task: BenchmarkTask, data: DataReference = .sample) {
        self.task = task
        self.data = data
        form = task.isSQuAD ? .passages(SpanOptions()) : .sentences
    }
}

/// Training a model with a new head on a task, and scoring it.
package struct FineTuning: Hashable, Sendable {
    package var model: ModelReference
    package var examples: TaskExamples
    /// Only the first so many training examples are used; nil for all.
    package var trainExamples: Int?
    /// Sequences whose gradients are computed at a time, to save memory; nil for the whole batch.
    package var microBatchSize: Int?
    /// Steps from one look at the development set to the next; nil for an epoch's, where looks are asked for.
    package var evaluateEverySteps: Int?
    /// So many looks without a better score end training; nil never does.
    package var earlyStopping: Int?
    /// Nil for the last.
    package var checkpoint: KeptModel?
    /// Nil for all layers.
    package var unfreeze: Unfreezing?
    /// Nil for a linear one, or the head that the model has.
    package var head: TaskHead?
    package var optimization = Optimization()
    package var engine: EngineOptions
    package var seed: UInt64

    package init(model: ModelReference, task: BenchmarkTask, data: DataReference = .sample, seed: UInt64 = 1) {
        self.model = model
        examples = TaskExamples(task, data: data)
        engine = EngineOptions(maxSequenceLength: task.isSQuAD ? 384 : 128)
        self.seed = seed
    }
}

/// Scoring a model that was fine-tuned before.
package struct Evaluating: Hashable, Sendable {
    package var model: ModelReference
    package var examples: TaskExamples
    package var engine: EngineOptions

    package init(model: ModelReference, task: BenchmarkTask, data: DataReference = .sample) {
        self.model = model
        examples = TaskExamples(task, data: data)
        engine = EngineOptions(maxSequenceLength: task.isSQuAD ? 384 : 128)
    }
}
