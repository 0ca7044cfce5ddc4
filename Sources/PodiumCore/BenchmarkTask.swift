/// A task that a system is fine-tuned on and scored by.
///
/// The raw value is the task's name in job files, in the database and in
/// reports (`glue/MRPC`, `squad/v1.1`). Labels travel as *strings* from the
/// data file to the score, because the integer order of a label set differs
/// between tools (MNLI has three orders in the field).
package enum BenchmarkTask: String, CaseIterable, Codable, Hashable, Sendable {
    case cola = "glue/CoLA"
    case sst2 = "glue/SST-2"
    case mrpc = "glue/MRPC"
    case stsb = "glue/STS-B"
    case qqp = "glue/QQP"
    case mnli = "glue/MNLI"
    case qnli = "glue/QNLI"
    case rte = "glue/RTE"
    case wnli = "glue/WNLI"
    /// GLUE's diagnostic set: scored with a model fine-tuned on MNLI, never trained on.
    case ax = "glue/AX"
    case squadV1 = "squad/v1.1"
    case squadV2 = "squad/v2.0"

    /// The nine tasks whose mean is the GLUE score, in the leaderboard's order.
    package static let glue: [BenchmarkTask] = [.cola, .sst2, .mrpc, .stsb, .qqp, .mnli, .qnli, .rte, .wnli]

    /// The name without its benchmark: `MRPC`, `v1.1`.
    package var shortName: String {
        String(rawValue.drop { $0 != "/" }.dropFirst())
    }

    /// What a table's column header says: `MRPC`, `SQuAD v1.1`.
    package var displayName: String {
        isSQuAD ? "SQuAD \(shortName)" : shortName
    }

    package var isSQuAD: Bool {
        self == .squadV1 || self == .squadV2
    }

    /// What the head predicts.
    package enum Output: Sendable, Equatable {
        /// One of these label strings; the position is the class index of our own heads.
        case classification(labels: [String])
        /// A real number between the bounds (STS-B: 0 to 5).
        case regression(lower: Double, upper: Double)
        /// A piece of the passage, or nothing where `allowsNoAnswer`.
        case span(allowsNoAnswer: Bool)
    }

    package var output: Output {
        switch self {
        case .cola, .sst2, .mrpc, .qqp, .wnli: .classification(labels: ["0", "1"])
        case .mnli, .ax: .classification(labels: ["contradiction", "entailment", "neutral"])
        case .qnli, .rte: .classification(labels: ["entailment", "not_entailment"])
        case .stsb: .regression(lower: 0, upper: 5)
        case .squadV1: .span(allowsNoAnswer: false)
        case .squadV2: .span(allowsNoAnswer: true)
        }
    }

    /// The metrics the official evaluation reports, by their names in JSON output.
    ///
    /// For MNLI the two development sets are two metrics.
    package var metrics: [String] {
        switch self {
        case .cola, .ax: ["matthews"]
        case .sst2, .qnli, .rte, .wnli: ["accuracy"]
        case .mrpc, .qqp: ["f1", "accuracy"]
        case .stsb: ["pearson", "spearman"]
        case .mnli: ["accuracy_matched", "accuracy_mismatched"]
        case .squadV1: ["exact_match", "f1"]
        case .squadV2: ["exact", "f1"]
        }
    }

    /// Finds a task by the name a user would write, ignoring case: `glue/mrpc`, `MRPC`, `sts-b`, `squad-v1.1`.
    package init?(named name: String) {
        let wanted = name.lowercased().replacing("squad-", with: "squad/")
        for task in Self.allCases
        where wanted == task.rawValue.lowercased() || (wanted == task.shortName.lowercased() && !task.isSQuAD) {
            self = task
            return
        }
        switch wanted {
        case "squad/1.1", "squad": self = .squadV1
        case "squad/2.0", "squad2": self = .squadV2
        default: return nil
        }
    }
}
