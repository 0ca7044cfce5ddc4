internal import PodiumCore

/// Work whose hyper-parameters are being read, place after place: a narrower place comes later and counts more.
struct TrainingDraft {
    private(set) var work: Work
    /// Where each key was given last.
    private(set) var places: [String: SpecNode] = [:]
    /// `phases` of a pre-training as they stand in the file.
    var phases: [PhaseDraft] = []

    init(_ work: Work) {
        self.work = work
    }

    /// Reads the keys of `node` that apply to the work.
    ///
    /// - Parameter use: learns which keys applied to anything at all.
    mutating func apply(_ node: SpecNode?, _ use: inout KeyUse) throws(SpecError) {
        guard let node else { return }
        let fields = try node.fields(Hyperparameter.all.map(\.key))
        var groups: Set<String> = []
        for parameter in Hyperparameter.all {
            guard let field = fields[parameter.key] else { continue }
            let value = try field.value(parameter.domain)
            let applies = parameter.applies(to: work)
            use.note(field, applies: applies, scope: parameter.scope)
            guard applies else { continue }
            if let group = parameter.group, !groups.insert(group).inserted {
                // As in transformers: max_steps overrides num_train_epochs.
                guard parameter.key == "epochs", fields["maxDuration"] == nil, fields["maxFlops"] == nil else {
                    throw field.error(
                        .invalidValue,
                        "\(field.path): give one of maxDuration, maxFlops, maxSteps and epochs; each says when training ends",
                        atKey: true
                    )
                }
                continue
            }
            set(parameter, value, at: field)
        }
    }

    mutating func set(_ parameter: Hyperparameter, _ value: ParameterValue, at place: SpecNode) {
        parameter.set(value, in: &work)
        places[parameter.key] = place
    }

    /// The work, after checking what values must be to each other and fitting defaults to what is given.
    ///
    /// - Parameter place: where to point if only defaults disagree.
    func reconciled(at place: SpecNode) throws(SpecError) -> Work {
        if let tuning = work.fineTuning, let part = tuning.microBatchSize, part > tuning.optimization.batchSize {
            throw (places["microBatchSize"] ?? place).error(
                .invalidValue,
                "microBatchSize \(part) is more than the batchSize \(tuning.optimization.batchSize) that it is a part of"
            )
        }
        if let shards = work.optimization?.batchShards, shards > 1 { try check(shards, at: place) }
        if let pretraining = work.pretraining { return .pretrain(try reconciled(pretraining, at: place)) }
        guard let length = work.engine?.maxSequenceLength, var span = work.span else { return work }
        // A sequence is [CLS] question [SEP] passage [SEP].
        let special = 3
        guard span.maxQueryLength + special < length else {
            let node = places["maxQueryLength"] ?? places["maxSequenceLength"] ?? place
            throw node.error(
                .invalidValue,
                "maxQueryLength \(span.maxQueryLength)\(places["maxQueryLength"] == nil ? " (the default)" : "") leaves no "
                    + "room for the passage: with maxSequenceLength \(length) it may be at most \(length - special - 1)"
            )
        }
        let longest = length - special - 1
        guard span.docStride > longest else { return work }
        if let node = places["docStride"] {
            throw node.error(
                .invalidValue,
                "docStride \(span.docStride) is longer than any window of the passage: with maxSequenceLength \(length) it "
                    + "may be at most \(longest)"
            )
        }
        span.docStride = longest
        var fitted = work
        fitted.span = span
        return fitted
    }
}

extension TrainingDraft {
    /// Refuses shards that no batch can be divided into.
    private func check(_ shards: Int, at place: SpecNode) throws(SpecError) {
        let node = places["batchShards"] ?? place
        guard shards & (shards - 1) == 0 else {
            throw node.error(.invalidValue, "batchShards is \(shards); it must be a power of two, such as 2 or 4")
        }
        if let batch = work.optimization?.batchSize, batch < shards {
            throw node.error(.invalidValue, "batchShards \(shards) is more than the batchSize \(batch) that is divided")
        }
        if work.fineTuning?.microBatchSize != nil {
            throw node.error(
                .invalidValue,
                "batchShards and microBatchSize both divide the batch; leave microBatchSize out, shards need less memory too"
            )
        }
    }
}

/// Which keys of a file applied to something: one that applied to nothing is refused.
struct KeyUse {
    private var idle: [String: SpecError] = [:]
    private var order: [String] = []
    private var used: Set<String> = []

    mutating func note(_ field: SpecNode, applies: Bool, scope: String) {
        if applies {
            used.insert(field.path)
        } else if idle[field.path] == nil {
            order.append(field.path)
            idle[field.path] = field.error(
                .invalidValue,
                "\(field.path) applies to nothing in this file; it is for \(scope)",
                atKey: true
            )
        }
    }

    mutating func note(_ field: SpecNode, applies: Bool, message: @autoclosure () -> String) {
        if applies {
            used.insert(field.path)
        } else if idle[field.path] == nil {
            order.append(field.path)
            idle[field.path] = field.error(.invalidValue, message(), atKey: true)
        }
    }

    func check() throws(SpecError) {
        for path in order where !used.contains(path) {
            if let error = idle[path] { throw error }
        }
    }
}
