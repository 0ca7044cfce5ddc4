internal import Foundation
package import PodiumBERT
package import PodiumCore
internal import PodiumFiles
internal import PodiumGraph
package import PodiumLibrary
internal import PodiumPJRT

/// A training step that one or more runs of a job take.
package struct PlannedStep {
    package let name: String
    package let model: Configuration
    package let head: Head
    /// Sequences that all devices share.
    package let batchSize: Int
    /// The longest sequence, in pieces.
    package let length: Int
    /// Predicted pieces of one sequence; none but in pre-training.
    let predictions: Int
    private(set) var gradientCheckpointing: Bool
    package let steps: Int
    /// How many runs take it: seeds, mostly.
    package var runs = 1

    package init(_ spec: RunSpec, models: ModelLibrary) throws {
        name = spec.name
        guard let training = spec.work.optimization, let engine = spec.work.engine, let start = spec.model else {
            throw DeviceError(.invalidRequest, "\(spec.name) trains nothing that could be planned")
        }
        batchSize = training.batchSize
        length = engine.maxSequenceLength
        predictions = spec.work.masking?.maxPredictionsPerSequence ?? 0
        gradientCheckpointing = training.gradientCheckpointing
        switch start {
        case .preset(let preset):
            // The released vocabulary, whatever a run on a small text would learn.
            guard var known = Configuration(preset: preset, vocabularySize: 30_522) else {
                throw DeviceError(.invalidRequest, "there is no size \(preset)")
            }
            if case .pretrain(let work) = spec.work, case .fresh(let fresh) = work.start {
                let name = fresh.architecture.rawValue
                guard let architecture = Configuration.Architecture(rawValue: name) else {
                    throw DeviceError(.invalidRequest, "the engine has no architecture \(name)")
                }
                known.architecture = architecture
            }
            model = known
        case .named(let known): model = try ModelDirectory(path: models.path(of: known)).configuration
        case .path(let path): model = try ModelDirectory(path: path).configuration
        case .vectors(let path):
            throw DeviceError(.invalidRequest, "\(spec.name) starts from the vectors of \(path), which need no plan")
        case .run(let run, _):
            throw DeviceError(
                .invalidRequest,
                "\(spec.name) starts from run \(run), whose shape is not known before it ran"
            )
        }
        if model.architecture == .shallowBidirectional {
            throw DeviceError(
                .invalidRequest,
                "\(spec.name) has recurrent layers: a TPU's compiler counts the body of their loop once, so that its costs "
                    + "would be far too low"
            )
        }
        switch spec.task?.output {
        case .classification(let labels): head = .classification(labels: labels.count)
        case .regression: head = .regression
        case .span: head = .span
        case nil:
            let kinds = spec.work.pretraining?.objectives?.map { objective -> Objective.Kind in
                switch objective {
                case .maskedTokens: .maskedTokens
                case .nextSentence: .nextSentence
                case .nextToken: .nextToken
                }
            }
            head = .pretraining(kinds?.map { Objective($0) } ?? model.model.defaultObjectives)
        }
        switch (training.length, spec.work.fineTuning) {
        case (.steps(let count), _): steps = count
        case (.epochs(let epochs), let work?):
            let examples = min(work.trainExamples ?? .max, work.examples.task.officialTrainingExamples)
            steps = max(1, Int((Double(examples) / Double(training.batchSize) * epochs).rounded()))
        case (.epochs, nil), (.seconds, _), (.flops, _):
            throw DeviceError(
                .invalidRequest,
                "\(spec.name) needs maxSteps to be planned: how many steps it has depends on its text or budget"
            )
        }
    }

    /// The step with activations computed again; nil if it does so already.
    var checkpointed: PlannedStep? {
        guard !gradientCheckpointing else { return nil }
        var step = self
        step.gradientCheckpointing = true
        return step
    }

    /// What tells the step from others: the model's shape, the head, and the sizes of a batch.
    func key() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        var digest = SHA256()
        digest.update([UInt8](try encoder.encode(model)))
        digest.update("\(head) \([batchSize, length, predictions]) \(gradientCheckpointing)")
        return Digest.hexadecimal(digest.finalize().prefix(8))
    }

    func isSame(as other: PlannedStep) -> Bool {
        model == other.model && head == other.head && batchSize == other.batchSize && length == other.length
            && predictions == other.predictions && gradientCheckpointing == other.gradientCheckpointing
            && steps == other.steps
    }

    /// Compiles the step for a topology, of which `devices` share the batch.
    func result(on topology: String, devices: Int, compiler: TPUCompiler) throws -> PlanResult {
        let share = (batchSize + devices - 1) / devices
        var shape = ProgramShape.padded(sequences: share, length: length, masked: predictions * share)
        // The rows that predict a neighbour, where the objective is the next token: all but one of a sequence.
        for direction in HeadTensor.Direction.allCases { shape.sizes[direction.rawValue] = share * (length - 1) }
        let graph = model.model.trainingGraph(
            head,
            optimizer: OptimizerOptions(),
            checkpointing: gradientCheckpointing
        )
        let cost = Result { () throws(PJRTError) in
            try compiler.cost(
                of: graph,
                shape: shape,
                options: LoweringOptions(precision: .bfloat16, replicas: devices),
                topology: topology
            )
        }
        switch cost {
        case .success(let cost): return PlanResult(self, cost: cost, share: share)
        case .failure(let error):
            guard error.code == .memory, let temporaries = TPUCompiler.refusedTemporaries(error.message) else {
                throw error
            }
            let kept = graph.variables.reduce(0) { $0 + 4 * $1.value.shape.reduce(1) { $0 * $1.fixed } }
            let device = try compiler.devices(of: topology)
            return PlanResult(self, topology, device, share, replicas: devices, temporaries: temporaries, kept: kept)
        }
    }
}

extension BenchmarkTask {
    /// Examples (for SQuAD: questions) of the official training set, by which the release counts steps.
    fileprivate var officialTrainingExamples: Int {
        switch self {
        case .cola: 8551
        case .sst2: 67_349
        case .mrpc: 3668
        case .stsb: 5749
        case .qqp: 363_849
        case .mnli: 392_702
        case .qnli: 104_743
        case .rte: 2490
        case .wnli: 635
        case .ax: 0
        case .squadV1: 87_599
        case .squadV2: 130_319
        }
    }
}
