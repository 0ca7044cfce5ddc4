import PodiumBERT
import PodiumCore
import PodiumJobs
import Testing

/// What the classes of a model's head are called decides which label each stands for.
@Suite struct ClassOrderTests {
    private func order(_ task: BenchmarkTask, _ names: [String]?, trains: Bool = false) throws -> ClassOrder {
        guard case .classification(let labels) = task.output else { throw JobError(.input, "no labels") }
        return try ClassOrder(
            task: task,
            labels: labels,
            classifier: Classifier(names: names),
            path: "m",
            trains: trains
        )
    }

    @Test func aSwappedHeadIsReadInItsOwnOrderAndSaid() throws {
        let swapped = try order(.mrpc, ["1", "0"])
        #expect(swapped.labels == ["1", "0"])
        #expect(swapped.warnings.count == 1 && swapped.warnings[0].contains("1, 0"))
        let ours = try order(.mrpc, ["0", "1"])
        #expect(ours.labels == ["0", "1"] && ours.warnings.isEmpty)
    }

    @Test(arguments: [
        ["entailment", "neutral", "contradiction"], ["CONTRADICTION", "NEUTRAL", "ENTAILMENT"],
        ["Contradiction", "Entailment", "Neutral"],
    ])
    func threeOrdersOfMNLIAreRead(names: [String]) throws {
        #expect(try order(.mnli, names).labels == names.map { $0.lowercased() })
        #expect(try order(.ax, names).labels == names.map { $0.lowercased() })
    }

    @Test(arguments: [
        (BenchmarkTask.mrpc, ["equivalent", "not_equivalent"], ["1", "0"]),
        (.qqp, ["not-duplicate", "Duplicate"], ["0", "1"]), (.sst2, ["NEGATIVE", "POSITIVE"], ["0", "1"]),
        (.sst2, ["pos", "neg"], ["1", "0"]), (.cola, ["acceptable", "unacceptable"], ["1", "0"]),
        (.qnli, ["not entailment", "entailment"], ["not_entailment", "entailment"]),
        (.rte, ["ENTAILMENT", "NOT_ENTAILMENT"], ["entailment", "not_entailment"]),
        (.wnli, ["entailment", "not_entailment"], ["1", "0"]),
    ])
    func namesOfTheHubMeanLabels(task: BenchmarkTask, names: [String], labels: [String]) throws {
        #expect(try order(task, names).labels == labels)
    }

    @Test func namesWithoutMeaningAreAssumedInOurOrderAndSaid() throws {
        for names in [nil, ["LABEL_0", "LABEL_1"], ["LABEL_1", "LABEL_0"]] as [[String]?] {
            let order = try order(.rte, names)
            #expect(order.labels == ["entailment", "not_entailment"])
            #expect(order.warnings.count == 1 && order.warnings[0].contains("entailment, not_entailment"))
        }
        let mnli = try order(.mnli, nil)
        #expect(mnli.warnings[0].contains("other orders"))
        // A head that is made fresh has nothing to assume.
        #expect(try order(.rte, nil, trains: true).warnings.isEmpty)
    }

    @Test func namesThatFitInPartAreRefused() throws {
        #expect(throws: JobError.self) { try order(.mnli, ["entailment", "neutral", "other"]) }
        #expect(throws: JobError.self) { try order(.mnli, ["entailment", "entailment", "neutral"]) }
        #expect(throws: JobError.self) { try order(.mnli, ["entailment", "not_entailment"]) }
        // To train on is another matter: the head of another task is replaced.
        #expect(try order(.mnli, ["entailment", "not_entailment"], trains: true).labels.count == 3)
    }
}
