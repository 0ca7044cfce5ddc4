package import PodiumBERT
package import PodiumCore

/// Which of a task's labels each class of a model's head stands for.
///
/// Tools number labels differently (MNLI has three orders in the field), so that the numbers of a head mean nothing without
/// the names in the model's `config.json`.
package struct ClassOrder: Equatable {
    /// The task's label of each class, by class.
    package let labels: [String]
    /// What a reader of the scores must know.
    package let warnings: [String]

    /// - Parameters:
    ///   - labels: the task's, in the order of our own heads.
    ///   - trains: whether a head is trained, so that one without names is no reason to warn.
    init(task: BenchmarkTask, labels: [String], model: ModelDirectory, trains: Bool) throws {
        try self.init(task: task, labels: labels, classifier: model.classifier, path: model.path, trains: trains)
    }

    package init(task: BenchmarkTask, labels: [String], classifier: Classifier, path: String, trains: Bool) throws {
        let assumed = "they are taken to be \(labels.joined(separator: ", ")), in this order"
        func unnamed(_ what: String) -> [String] {
            let orders = task == .mnli || task == .ax ? " (other tools have MNLI's labels in other orders)" : ""
            return trains
                ? [] : ["\(path): \(what) for \(task.rawValue): \(assumed)\(orders); scores are wrong if they are not"]
        }
        func refuse(_ what: String) -> JobError {
            JobError(.input, "\(path)/config.json: \(what); correct id2label and label2id")
        }
        if !trains {
            if let contradiction = classifier.contradiction { throw refuse(contradiction) }
            if let problem = classifier.problem, problem != .singleLabel {
                throw JobError(
                    .input,
                    "\(path): the model was trained for \(problem.rawValue), but \(task.rawValue) has one of \(labels.count) labels"
                )
            }
        }
        guard let names = classifier.names else {
            (self.labels, warnings) = (labels, unnamed("config.json does not name the classes"))
            return
        }
        let list = names.joined(separator: ", ")
        let known = names.map { Self.label($0, of: task, labels) }
        if known.allSatisfy({ $0 == nil }) {
            (self.labels, warnings) = (labels, unnamed("the classes are called \(list), which are no labels"))
            return
        }
        if trains, names.count != labels.count || known.contains(nil) || Set(known).count != labels.count {
            // The head of another task: it is made fresh, or goes on from numbers without a meaning.
            (self.labels, warnings) = (labels, [])
            return
        }
        guard names.count == labels.count else {
            throw refuse("the model has \(names.count) classes (\(list)), \(task.rawValue) has \(labels.count) labels")
        }
        if let place = known.firstIndex(of: nil) {
            throw refuse(
                "class \(place) is called \"\(names[place])\", which is no label of \(task.rawValue) (\(labels.joined(separator: ", ")))"
            )
        }
        guard Set(known).count == labels.count else {
            throw refuse("the classes \(list) do not name every label of \(task.rawValue) once")
        }
        let order = known.compactMap(\.self)
        self.labels = order
        warnings =
            order == labels
            ? []
            : [
                "\(path): the classes of the head are \(order.joined(separator: ", ")), by the model's config.json, "
                    + "not \(labels.joined(separator: ", ")); they are read in the model's order"
            ]
    }

    static func checkRegression(_ model: ModelDirectory) throws {
        if let problem = model.classifier.problem, problem != .regression {
            throw JobError(
                .input,
                "\(model.path): the model was trained for \(problem.rawValue), but the task asks for a number"
            )
        }
        if let names = model.classifier.names, names.count > 1 {
            throw JobError(
                .input,
                "\(model.path): the model has the classes \(names.joined(separator: ", ")), but the task asks for a number"
            )
        }
    }

    /// The task's label that a name of the hub's models means; nil for none.
    private static func label(_ name: String, of task: BenchmarkTask, _ labels: [String]) -> String? {
        let wanted = normalized(name)
        if let label = labels.first(where: { normalized($0) == wanted }) { return label }
        return synonyms(of: task).first { $0.names.contains(wanted) }?.label
    }

    /// Lower case, and underscores between words.
    private static func normalized(_ name: String) -> String {
        name.lowercased().split { " -_\t".contains($0) }.joined(separator: "_")
    }

    private static func synonyms(of task: BenchmarkTask) -> [(label: String, names: Set<String>)] {
        let notEntailment: Set = ["not_entailment", "non_entailment", "notentailment", "not_entailed", "no_entailment"]
        return switch task {
        case .cola:
            [("0", ["unacceptable", "not_acceptable", "ungrammatical"]), ("1", ["acceptable", "grammatical"])]
        case .sst2: [("0", ["negative", "neg"]), ("1", ["positive", "pos"])]
        case .mrpc:
            [
                ("0", ["not_equivalent", "non_equivalent", "notequivalent", "not_paraphrase", "non_paraphrase"]),
                ("1", ["equivalent", "paraphrase"]),
            ]
        case .qqp:
            [
                ("0", ["not_duplicate", "non_duplicate", "notduplicate", "not_duplicated"]),
                ("1", ["duplicate", "duplicated"]),
            ]
        case .wnli: [("0", notEntailment), ("1", ["entailment"])]
        case .qnli, .rte: [("not_entailment", notEntailment), ("entailment", ["entailed"])]
        case .mnli, .ax:
            [("contradiction", ["contradict", "contradictory"]), ("entailment", ["entail", "entailed"])]
        case .stsb, .squadV1, .squadV2: []
        }
    }
}
