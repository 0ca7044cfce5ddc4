internal import PodiumCore
package import PodiumEval
package import PodiumFiles
internal import PodiumPrimitives

/// A score of a GLUE task with intervals, and what a reader must know of it.
package struct ScoredGLUE {
    /// The files of one set, as the user named them.
    package struct Files {
        package var gold: String
        package var predictions: String

        package init(gold: String, predictions: String) {
            self.gold = gold
            self.predictions = predictions
        }
    }

    package let score: GLUEScore
    /// One for each metric and, last, one for the score.
    package let intervals: [(name: String, interval: Interval?)]
    package let findings: [Finding]

    /// - Parameters:
    ///   - name: the task as the user writes it.
    ///   - mismatched: the second set of MNLI.
    package init(task name: String, _ files: Files, mismatched: Files?, bootstrap: Bootstrap) throws {
        let task = try GLUEInput.task(named: name)
        var sets = [try Self.examples(task, files)]
        var score = GLUEScore(task: task, n: sets[0].count, metrics: sets[0].metrics)
        if let mismatched {
            guard task == .mnli else { throw ExperimentError(.invalidRequest, "only MNLI has a mismatched set") }
            sets.append(try Self.examples(task, mismatched))
            let second = GLUEScore(task: task, n: sets[1].count, metrics: sets[1].metrics)
            score = try .mnli(matched: score, mismatched: second)
        }
        self.score = score
        intervals = try score.intervals(of: sets, bootstrap: bootstrap)
        findings =
            sets.flatMap(Detectors.predictions)
            + sets.compactMap { Detectors.size(of: task, split: .dev, n: $0.count) }
    }

    private static func examples(_ task: BenchmarkTask, _ files: Files) throws -> GLUEExamples {
        let input = try GLUEInput(task: task, bytes: try InputFile.bytes(files.gold), name: files.gold)
        return try InputFile.read(files.predictions) { (bytes) throws(EvalError) in
            try input.examples(predictions: bytes)
        }
    }

    package var text: String {
        var table = TextTable([("METRIC", .left), ("VALUE", .right), ("95% INTERVAL", .right), ("METHOD", .left)])
        let values = score.metrics.map(\.value) + [score.score]
        for (value, entry) in zip(values, intervals) {
            let number = value.value.map { NumberText.percent($0, digits: 2) } ?? "– (\(value.reason ?? "undefined"))"
            table.add([
                entry.name, number, entry.interval?.percentText ?? "–", entry.interval?.method.rawValue ?? "–",
            ])
        }
        return "\(score.task.displayName), \(NumberText.count(score.n, "example"))\n\(table.rendered())"
    }

    package var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("task", .string(score.task.shortName)), .init("n", .integer(score.n)),
            .init("metrics", .object(score.metrics.map { .init($0.name, $0.value.json) })),
            .init("score", score.score.json),
            .init("intervals", .object(intervals.map { .init($0.name, $0.interval?.json ?? .null) })),
        ]
        let undefined = score.metrics.compactMap { metric in
            metric.value.reason.map { JSONValue.Member(metric.name, .string($0)) }
        }
        if !undefined.isEmpty { members.append(.init("undefined", .object(undefined))) }
        let notes = findings.map { finding in
            JSONValue.object([
                .init("code", .string(finding.code.rawValue)), .init("message", .string(finding.message)),
            ])
        }
        members.append(.init("findings", .array(notes)))
        return .object(members)
    }
}

extension Interval {
    /// `81.25 to 84.50`.
    var percentText: String {
        "\(NumberText.percent(low, digits: 2)) to \(NumberText.percent(high, digits: 2))"
    }
}
