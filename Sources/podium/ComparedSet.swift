import PodiumCore
import PodiumEval

/// Two systems on one evaluation set.
struct ComparedSet {
    let title: String
    let diff: PredictionDiff
    /// B minus A where whole scores could be resampled; nil for stored spans, of which only F1 is known.
    let paired: PairedComparison?

    static func labels(
        task: BenchmarkTask,
        split: String,
        gold: [LabelledRow],
        first: [LabelledRow],
        second: [LabelledRow],
        slices: [String: [PredictionDiff.SliceKey]],
        bootstrap: Bootstrap
    ) throws(EvalError) -> ComparedSet {
        var columns: [GLUEExamples] = []
        for rows in [second, first] {
            let pairs = try LabelledRow.pair(gold: gold, predictions: rows)
            columns.append(try GLUEExamples(task: task, rows: gold, predicted: pairs.map(\.predicted)))
        }
        return ComparedSet(
            title: "\(task.displayName), \(split)",
            diff: try .glue(task: task, gold: gold, first: first, second: second, slices: slices),
            paired: PairedComparison(try ScoreTable(columns), bootstrap: bootstrap)
        )
    }

    /// Stored answers with their F1; a question that only one run answered is refused.
    static func spans(
        task: BenchmarkTask,
        first: [ExamplePrediction],
        second: [ExamplePrediction]
    ) throws(EvalError) -> ComparedSet {
        let other = Dictionary(second.map { ($0.example, $0) }) { $1 }
        var examples: [PredictionDiff.Example] = []
        for one in first {
            guard let two = other[one.example], second.count == first.count else {
                throw EvalError(
                    .mismatchedExamples,
                    "the runs did not answer the same questions of \(task.displayName)"
                )
            }
            examples.append(
                PredictionDiff.Example(
                    id: one.example,
                    gold: one.gold,
                    first: one.prediction,
                    second: two.prediction,
                    firstScore: one.score,
                    secondScore: two.score
                )
            )
        }
        return ComparedSet(title: "\(task.displayName), dev, by F1", diff: PredictionDiff(examples), paired: nil)
    }
}

extension ComparedSet {
    func text(examples limit: Int) -> String {
        var lines = [title, "  examples   \(diff.n)"]
        if let paired {
            let range = paired.interval.map { ", 95% \(percentText($0.low)) to \(percentText($0.high))" } ?? ""
            let value = paired.difference.value.map(percentText) ?? "undefined (\(paired.difference.reason ?? ""))"
            lines.append("  B minus A  \(value)\(range) (paired bootstrap)")
            if let least = paired.minimumDetectableDifference {
                lines.append("  detectable \(percentText(least)) or more (with 80 % power, on these examples)")
            }
            if let p = paired.permutationP { lines.append("  p          \(rounded(p)) (permutation)") }
        }
        lines.append(
            "  flips      \(diff.gained.count) gained, \(diff.lost.count) lost, p \(rounded(diff.p)) (McNemar)"
        )
        for (name, list) in [("gained", diff.gained), ("lost", diff.lost)] where limit > 0 && !list.isEmpty {
            lines.append("\n\(name.uppercased())")
            for example in list.prefix(limit) {
                lines.append(
                    "  \(example.id): gold \"\(example.gold)\", A \"\(example.first)\", B \"\(example.second)\""
                )
            }
            if list.count > limit { lines.append("  … \(list.count - limit) more; --examples shows them") }
        }
        if !diff.slices.isEmpty {
            var table = TextTable([
                ("SLICE", .left), ("", .left), ("N", .right), ("A", .right), ("B", .right), ("B − A", .right),
            ])
            for slice in diff.slices {
                let shift = percentText(slice.second - slice.first)
                table.add([
                    slice.key.axis, slice.key.name, "\(slice.n)", percentText(slice.first), percentText(slice.second),
                    shift,
                ])
            }
            lines.append("\n\(table.rendered())")
        }
        return lines.joined(separator: "\n")
    }

    func json(examples limit: Int) -> JSONValue {
        func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
        func list(_ examples: [PredictionDiff.Example]) -> JSONValue {
            .array(
                examples.prefix(limit).map { example in
                    .object([
                        .init("id", .string(example.id)), .init("gold", .string(example.gold)),
                        .init("a", .string(example.first)), .init("b", .string(example.second)),
                    ])
                }
            )
        }
        let slices = diff.slices.map { slice in
            JSONValue.object([
                .init("axis", .string(slice.key.axis)), .init("name", .string(slice.key.name)),
                .init("n", .integer(slice.n)), .init("a", .number(slice.first)), .init("b", .number(slice.second)),
            ])
        }
        return .object([
            .init("set", .string(title)), .init("n", .integer(diff.n)),
            .init("difference", number(paired?.difference.value)), .init("interval", paired?.interval?.json ?? .null),
            .init("minimumDetectableDifference", number(paired?.minimumDetectableDifference)),
            .init("bootstrapP", number(paired?.bootstrapP)), .init("permutationP", number(paired?.permutationP)),
            .init("gained", .integer(diff.gained.count)), .init("lost", .integer(diff.lost.count)),
            .init("mcnemarP", .number(diff.p)), .init("gainedExamples", list(diff.gained)),
            .init("lostExamples", list(diff.lost)), .init("slices", .array(slices)),
        ])
    }

    /// A p-value with four decimals.
    private func rounded(_ p: Double) -> String {
        let parts = String(Int((p * 10_000).rounded()))
        return p >= 0.99995 ? "1" : "0." + String(repeating: "0", count: max(0, 4 - parts.count)) + parts
    }
}
