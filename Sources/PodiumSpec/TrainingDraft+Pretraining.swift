internal import PodiumCore

/// One entry of `phases`, in which what is left out depends on the run's other values.
struct PhaseDraft {
    var place: SpecNode
    var length: Int
    var fraction: Double
    var predictions: Int?
    var batchSize: Int?

    /// Reads a list of phases.
    static func list(_ node: SpecNode?) throws(SpecError) -> [PhaseDraft] {
        guard let node else { return [] }
        guard let items = node.items, !items.isEmpty else { throw node.wrongType("a list of phases") }
        var phases: [PhaseDraft] = []
        for item in items {
            let fields = try item.fields(SpecKey.phase.names)
            guard let length = fields["maxSequenceLength"], let fraction = fields["fraction"] else {
                throw item.error(.missingKey, "\(item.path) needs a maxSequenceLength and a fraction")
            }
            phases.append(
                PhaseDraft(
                    place: item,
                    length: try length.integer(8...4096),
                    fraction: try fraction.share(),
                    predictions: try fields["maxPredictionsPerSequence"]?.integer(1...4096),
                    batchSize: try fields["batchSize"]?.integer(1...65_536)
                )
            )
        }
        let total = phases.reduce(0) { $0 + $1.fraction }
        guard abs(total - 1) < 1e-9 else {
            throw node.error(
                .invalidValue,
                "the fractions of \(node.path) add up to \(ParameterValue.decimal(total)), not to 1"
            )
        }
        return phases
    }
}

extension SpecNode {
    /// A part of a whole.
    func share() throws(SpecError) -> Double {
        guard case .number(let share) = try value(.share) else { preconditionFailure("a share is a number") }
        return share
    }
}

extension TrainingDraft {
    /// What a training that is cut by a budget keeps on its way (academic-budget-bert's `finetune_time_markers`).
    private static let checkpointsOfBudgets = [0.06, 0.12, 0.25, 0.5, 1]

    /// Reads `budget: {wall: 20m}` or `{flops: 5e14}`, with `checkpointsAt`.
    mutating func apply(budget node: SpecNode?) throws(SpecError) {
        guard let node else { return }
        let fields = try node.fields(SpecKey.budget.names)
        let ends = [("wall", "maxDuration"), ("flops", "maxFlops")].filter { fields[$0.0] != nil }
        guard ends.count == 1, let (key, name) = ends.first, let place = fields[key],
            let end = Hyperparameter.named(name)
        else {
            throw node.error(
                ends.isEmpty ? .missingKey : .invalidValue,
                "\(node.path) needs either wall or flops, such as {wall: 20m} or {flops: 5e14}"
            )
        }
        for other in Hyperparameter.all where other.group == end.group {
            guard let field = places[other.key] else { continue }
            throw field.error(
                .invalidValue,
                "\(field.path) says when training ends, and so does \(node.path); give one of them",
                atKey: true
            )
        }
        set(end, try place.value(end.domain), at: place)
        guard let shares = Hyperparameter.named("checkpointsAt"), places[shares.key] == nil else { return }
        if let field = fields[shares.key] {
            set(shares, try field.value(shares.domain), at: field)
        } else {
            set(shares, .list(Self.checkpointsOfBudgets.map { .number($0) }), at: node)
        }
    }

    /// Checks what the values of a pre-training must be to each other and fills in what follows from others.
    func reconciled(_ work: Pretraining, at place: SpecNode) throws(SpecError) -> Pretraining {
        var work = work
        if case .fresh(let fresh) = work.start {
            if let objectives = work.objectives {
                if let complaint = PretrainingObjective.complaint(objectives, fresh.architecture) {
                    throw (places["objectives"] ?? places["architecture"] ?? place).error(.invalidValue, complaint)
                }
            } else {
                work.objectives = PretrainingObjective.defaults(of: fresh.architecture)
            }
        }
        if case .shards = work.corpus {
            for key in ["heldOutShare", "vocabularySize"] {
                if let node = places[key] {
                    throw node.error(.invalidValue, "\(node.path) is decided where the corpus's shards were prepared")
                }
            }
            if let phase = phases.first {
                throw phase.place.error(.invalidValue, "phases prepare examples of their own; name the text as corpus")
            }
        }
        if case .vectors = work.model {
            throw place.error(.invalidValue, "word vectors have no pieces to mask; fine-tune them (kind: finetune)")
        }
        if case .task(let task, _) = work.corpus, work.objectives?.contains(.nextSentence) == true,
            task.isSingleSentence
        {
            throw (places["objectives"] ?? place).error(
                .invalidValue,
                "an example of \(task.rawValue) has one sentence, so that nothing follows it; write objectives: [mlm]"
            )
        }
        guard !phases.isEmpty else { return work }
        for key in ["maxSequenceLength", "maxPredictionsPerSequence"] {
            if let node = places[key] {
                throw node.error(.invalidValue, "\(node.path) is given by each of the phases")
            }
        }
        work.phases = phases.map { draft in
            // 20 of 128 and 77 of 512, as the release has it.
            let share = Double(draft.length) * work.masking.maskedLMProbability
            return PretrainingPhase(
                maxSequenceLength: draft.length,
                maxPredictionsPerSequence: draft.predictions ?? max(1, Int(share.rounded(.up))),
                batchSize: draft.batchSize ?? work.optimization.batchSize,
                fraction: draft.fraction
            )
        }
        work.engine.maxSequenceLength = work.phases.map(\.maxSequenceLength).max() ?? work.engine.maxSequenceLength
        work.masking.maxPredictionsPerSequence = work.phases.map(\.maxPredictionsPerSequence).max() ?? 1
        return work
    }
}

extension BenchmarkTask {
    /// Whether an example of the task is one sentence.
    fileprivate var isSingleSentence: Bool { self == .cola || self == .sst2 }
}
