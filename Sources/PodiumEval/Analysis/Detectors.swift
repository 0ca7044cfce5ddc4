package import PodiumCore
internal import PodiumPrimitives

/// Checks that flag results which are probably not what they seem.
package enum Detectors {
    /// Collapsed runs and permuted labels of a task's predictions.
    package static func predictions(_ examples: GLUEExamples) -> [Finding] {
        switch examples {
        case .classes(let task, let labels, let gold, let predicted):
            let counts = ConfusionMatrix(classes: labels.count, gold: gold, predicted: predicted)
            return [collapsed(counts, labels: labels), permuted(counts, labels: labels)].compactMap(\.self)
                + (task == .wnli ? [adversarial] : [])
        case .numbers(_, let gold, let predicted):
            guard let first = predicted.first, predicted.allSatisfy({ $0 == first }),
                Set(gold).count > 1
            else { return [] }
            return [Finding(.collapsed, "every prediction is \(first); the run learned nothing")]
        }
    }

    private static func collapsed(_ counts: ConfusionMatrix, labels: [String]) -> Finding? {
        // Where all examples have one label, a system that gives it everywhere may have learned all there is.
        guard counts.majorityShare < 1 else { return nil }
        if let only = counts.onlyPredictedClass {
            return Finding(.collapsed, "every prediction is \(labels[only]); the run learned nothing")
        }
        let share = Double(counts.correct) / Double(max(1, counts.total))
        guard share <= counts.majorityShare else { return nil }
        return Finding(
            .collapsed,
            "accuracy \(percent(share)) is not above the \(percent(counts.majorityShare)) of always giving the most "
                + "frequent label"
        )
    }

    /// Tries every assignment of predicted labels; reports one that is better beyond doubt and by 10 points.
    private static func permuted(_ counts: ConfusionMatrix, labels: [String]) -> Finding? {
        let classes = counts.classes
        let orders = permutations(of: Array(0..<classes))
        func hits(_ order: [Int]) -> Int { (0..<classes).reduce(0) { $0 + counts[order[$1], $1] } }
        guard let best = orders.max(by: { hits($0) < hits($1) }), hits(best) > counts.correct else { return nil }
        // Examples right under one assignment only; no example is right under both where they differ.
        let moved = (0..<classes).filter { best[$0] != $0 }
        let gained = moved.reduce(0) { $0 + counts[best[$1], $1] }
        let lost = moved.reduce(0) { $0 + counts[$1, $1] }
        guard 10 * (gained - lost) > counts.total, PermutationTest.mcNemar(gained, lost) < 0.001 else { return nil }
        let mapping = moved.map { "\(labels[$0]) read as \(labels[best[$0]])" }.joined(separator: ", ")
        let score = Double(hits(best)) / Double(counts.total)
        return Finding(
            .permutedLabels,
            "labels look permuted: with \(mapping) accuracy would be \(percent(score)) in place of "
                + percent(Double(counts.correct) / Double(counts.total))
        )
    }

    private static let adversarial = Finding(
        .adversarialSet,
        "WNLI's development set repeats training sentences with the opposite label: a system that memorises scores "
            + "below chance there"
    )

    /// Whether a set has the size of the official one.
    package static func size(of task: BenchmarkTask, split: OfficialSize.Split, n: Int) -> Finding? {
        let sizes = OfficialSize.examples(of: task, split: split)
        guard !sizes.isEmpty, !sizes.contains(n) else { return nil }
        let expected = sizes.map(NumberText.grouped).joined(separator: " or ")
        let other: OfficialSize.Split = split == .dev ? .test : .dev
        if OfficialSize.examples(of: task, split: other).contains(n) {
            return Finding(
                .partialData,
                "\(NumberText.count(n, "example")), as the official \(other.rawValue) set of \(task.displayName) has: "
                    + "a score on it cannot be compared with those on the \(split.rawValue) set (\(expected))"
            )
        }
        return Finding(
            .partialData,
            "\(NumberText.count(n, "example")); the official \(split.rawValue) set of \(task.displayName) has \(expected). "
                + "The score cannot be compared with published ones"
        )
    }

    /// What the data of a run's score say against comparing it with published ones; nothing of our own sample.
    package static func data(_ use: DatasetUse) -> [Finding] {
        guard use.origin != .sample, let task = use.task else { return [] }
        var findings = [size(of: task, split: .dev, n: use.examples)].compactMap(\.self)
        if use.origin == .modified {
            let names = use.files.map(\.name).joined(separator: ", ")
            findings.append(Finding(.unofficialData, "\(names): not the bytes of the official file"))
        }
        return findings
    }

    /// Whether a score (×1) lies more than `margin` outside the published scores of its protocol.
    package static func plausibility(_ score: Double, published: [Double], margin: Double = 0.15) -> Finding? {
        guard let low = published.min(), let high = published.max() else { return nil }
        guard score < low - margin || score > min(1, high + margin / 3) else { return nil }
        return Finding(
            .implausible,
            "\(percent(score)) is far from the published \(percent(low)) to \(percent(high)); check data and labels"
        )
    }

    /// Evaluation examples whose texts all occur in one training example.
    package static func leaks(training: [[String]], evaluation: [[String]]) -> Finding? {
        func key(_ texts: [String]) -> ExactText { ExactText(texts.joined(separator: "\u{1F}")) }
        let known = Set(training.lazy.map(key))
        let found = evaluation.indices.filter { known.contains(key(evaluation[$0])) }
        guard !found.isEmpty else { return nil }
        return Finding(
            .leakedRows,
            "\(found.count) of \(NumberText.count(evaluation.count, "evaluation example")) also in the training set "
                + "(rows \(ShortList.text(found.map(String.init))))"
        )
    }

    /// Answers to questions without one that spell out what should be empty.
    package static func literalNoAnswers(
        _ references: [SQuADReference],
        predictions: SQuADPredictions
    ) -> Finding? {
        let words = Set(
            ["unanswerable", "no answer", "noanswer", "empty", "none", "n/a", "cls"].map { NormalizedAnswer($0) }
        )
        let found = references.filter { reference in
            guard !reference.hasAnswer, let answer = try? predictions.answer(to: reference.id) else { return false }
            return !answer.isEmpty && words.contains(NormalizedAnswer(answer))
        }
        guard !found.isEmpty else { return nil }
        return Finding(
            .literalNoAnswer,
            "\(NumberText.count(found.count, "question")) without an answer \(found.count == 1 ? "is" : "are") answered "
                + "with a word such as \"unanswerable\"; only \"\" counts as no answer"
        )
    }

    private static func percent(_ share: Double) -> String {
        NumberText.percent(share, digits: 2)
    }

    private static func permutations(of items: [Int]) -> [[Int]] {
        guard let first = items.first else { return [[]] }
        return permutations(of: Array(items.dropFirst())).flatMap { rest in
            (0...rest.count).map { place in Array(rest[..<place]) + [first] + Array(rest[place...]) }
        }
    }
}
