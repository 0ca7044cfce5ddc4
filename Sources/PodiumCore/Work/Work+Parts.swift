/// The parts of work that several kinds have; nil where a kind has none, and then setting does nothing.
extension Work {
    package var kind: RunKind {
        switch self {
        case .pretrain: .pretrain
        case .finetune: .finetune
        case .evaluate: .evaluate
        case .embed: .embed
        case .report: .report
        }
    }

    package var model: ModelReference? {
        switch self {
        case .pretrain(let work): work.model
        case .finetune(let work): work.model
        case .evaluate(let work): work.model
        case .embed(let work): work.model
        case .report: nil
        }
    }

    package var task: BenchmarkTask? { examples?.task }

    package var pretraining: Pretraining? {
        get { if case .pretrain(let work) = self { work } else { nil } }
        set { if let newValue, pretraining != nil { self = .pretrain(newValue) } }
    }

    package var fineTuning: FineTuning? {
        get { if case .finetune(let work) = self { work } else { nil } }
        set { if let newValue, fineTuning != nil { self = .finetune(newValue) } }
    }

    package var evaluating: Evaluating? {
        get { if case .evaluate(let work) = self { work } else { nil } }
        set { if let newValue, evaluating != nil { self = .evaluate(newValue) } }
    }

    package var embedding: Embedding? {
        get { if case .embed(let work) = self { work } else { nil } }
        set { if let newValue, embedding != nil { self = .embed(newValue) } }
    }

    package var masking: MaskingOptions? {
        get { pretraining?.masking }
        set { if let newValue { pretraining?.masking = newValue } }
    }

    package var fresh: FreshModel? {
        get { if case .fresh(let model) = pretraining?.start { model } else { nil } }
        set { if let newValue, fresh != nil { pretraining?.start = .fresh(newValue) } }
    }

    package var optimization: Optimization? {
        get { pretraining?.optimization ?? fineTuning?.optimization }
        set {
            guard let newValue else { return }
            pretraining?.optimization = newValue
            fineTuning?.optimization = newValue
        }
    }

    package var engine: EngineOptions? {
        get { pretraining?.engine ?? fineTuning?.engine ?? evaluating?.engine ?? embedding?.engine }
        set {
            guard let newValue else { return }
            pretraining?.engine = newValue
            fineTuning?.engine = newValue
            evaluating?.engine = newValue
            embedding?.engine = newValue
        }
    }

    package var examples: TaskExamples? {
        get { fineTuning?.examples ?? evaluating?.examples }
        set {
            guard let newValue else { return }
            fineTuning?.examples = newValue
            evaluating?.examples = newValue
        }
    }

    package var span: SpanOptions? {
        get { if case .passages(let options) = examples?.form { options } else { nil } }
        set { if let newValue, span != nil { examples?.form = .passages(newValue) } }
    }

    package var seed: UInt64? {
        get { pretraining?.seed ?? fineTuning?.seed }
        set {
            guard let newValue else { return }
            pretraining?.seed = newValue
            fineTuning?.seed = newValue
        }
    }
}
