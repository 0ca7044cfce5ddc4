internal import PodiumCore

extension SpecReader {
    static let trainingKeys = [
        "epochs", "batchSize", "learningRate", "warmupProportion", "schedule", "weightDecay", "adamEpsilon",
        "biasCorrection", "clipNorm", "clipping", "dropout", "precision", "gradientCheckpointing", "maxSequenceLength",
        "maxSteps", "maxDuration", "trainExamples", "evaluationExamples", "checkpointEverySteps", "docStride",
        "maxQueryLength", "nBestSize", "maxAnswerLength", "maskedLMProbability", "maxPredictionsPerSequence",
        "shortSequenceProbability", "duplicateFactor", "vocabularySize",
    ]

    /// Reads the hyper-parameters of `node` over `options`.
    static func training(_ node: SpecNode?, over options: TrainingOptions) throws(SpecError) -> TrainingOptions {
        guard let node else { return options }
        var result = options
        let fields = try node.fields(trainingKeys)
        for key in trainingKeys {
            if let field = fields[key] { try set(key, to: field, in: &result) }
        }
        guard result.docStride < result.maxSequenceLength || fields["docStride"] == nil else {
            throw node.error(
                .invalidValue,
                "docStride \(result.docStride) must be smaller than maxSequenceLength \(result.maxSequenceLength)"
            )
        }
        return result
    }

    /// Reads one hyper-parameter; `key` is one of `trainingKeys`.
    static func set(_ key: String, to field: SpecNode, in options: inout TrainingOptions) throws(SpecError) {
        let positive = "a positive number"
        let share = "a share from 0 to 1"
        switch key {
        case "epochs": options.epochs = try field.number(positive) { $0 > 0 && $0 <= 10_000 }
        case "batchSize": options.batchSize = try field.integer(1...65_536)
        case "learningRate": options.learningRate = try field.number("above 0 and at most 1") { $0 > 0 && $0 <= 1 }
        case "warmupProportion": options.warmupProportion = try field.number("from 0 up to 1") { $0 >= 0 && $0 < 1 }
        case "schedule": options.schedule = try field.choice(["bert2018", "linear"])
        case "weightDecay": options.weightDecay = try field.number(share) { $0 >= 0 && $0 <= 1 }
        case "adamEpsilon": options.adamEpsilon = try field.number(positive) { $0 > 0 && $0 < 1 }
        case "biasCorrection": options.biasCorrection = try field.bool()
        case "clipNorm": options.clipNorm = try field.number(positive) { $0 > 0 }
        case "clipping":
            let name = try field.choice(TrainingOptions.Clipping.allCases.map(\.rawValue))
            options.clipping = TrainingOptions.Clipping(rawValue: name)
        case "dropout": options.dropout = try field.number("from 0 up to 1") { $0 >= 0 && $0 < 1 }
        case "precision":
            let name = try field.choice(TrainingOptions.Precision.allCases.map(\.rawValue))
            options.precision = TrainingOptions.Precision(rawValue: name)
        case "gradientCheckpointing": options.gradientCheckpointing = try field.bool()
        case "maxSequenceLength": options.maxSequenceLength = try field.integer(8...4096)
        case "maxSteps": options.maxSteps = try field.integer(1...Int.max)
        case "maxDuration": options.maxSeconds = try field.seconds()
        case "trainExamples": options.trainExamples = try field.integer(1...Int.max)
        case "evaluationExamples": options.evaluationExamples = try field.integer(1...Int.max)
        case "checkpointEverySteps": options.checkpointEverySteps = try field.integer(1...Int.max)
        case "docStride": options.docStride = try field.integer(1...4096)
        case "maxQueryLength": options.maxQueryLength = try field.integer(1...1024)
        case "nBestSize": options.nBestSize = try field.integer(1...1000)
        case "maxAnswerLength": options.maxAnswerLength = try field.integer(1...1000)
        case "maskedLMProbability": options.maskedLMProbability = try field.number(share) { $0 > 0 && $0 < 1 }
        case "maxPredictionsPerSequence": options.maxPredictionsPerSequence = try field.integer(1...4096)
        case "shortSequenceProbability":
            options.shortSequenceProbability = try field.number(share) { $0 >= 0 && $0 <= 1 }
        case "duplicateFactor": options.duplicateFactor = try field.integer(1...1000)
        case "vocabularySize": options.vocabularySize = try field.integer(100...1_000_000)
        default: preconditionFailure("no rule for training key \(key)")
        }
    }

    /// The seeds of `seed: 7`, `seed: [1, 2, 3]` or `seed: {count: 5}` (1 to 5).
    static func seeds(_ node: SpecNode?) throws(SpecError) -> [UInt64] {
        guard let node else { return [1] }
        if node.isMapping {
            let fields = try node.fields(["count", "first"])
            guard let count = fields["count"] else {
                throw node.error(.missingKey, "\(node.path) needs a count, such as {count: 5}")
            }
            let first = try fields["first"]?.integer(0...Int(Int32.max)) ?? 1
            let many = try count.integer(1...1000)
            return (0..<many).map { UInt64(first + $0) }
        }
        var result: [UInt64] = []
        for item in node.itemsOrSelf {
            let seed = UInt64(try item.integer(0...Int.max))
            guard !result.contains(seed) else { throw item.error(.invalidValue, "seed \(seed) is listed twice") }
            result.append(seed)
        }
        return result
    }
}
