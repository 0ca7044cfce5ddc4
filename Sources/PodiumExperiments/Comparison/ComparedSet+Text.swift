internal import PodiumCore
internal import PodiumEval
package import PodiumFiles
internal import PodiumPrimitives

extension ComparedSet {
    package func text(examples limit: Int) -> String {
        func points(_ value: Double) -> String { NumberText.percent(value, digits: 2) }
        var lines = [
            TerminalText.safe(title), "  examples   \(NumberText.grouped(diff.n))", "  quantity   \(quantity)",
        ]
        let range = paired.interval.map { ", 95% \(points($0.low)) to \(points($0.high))" } ?? ""
        let value = paired.difference.value.map(points) ?? "undefined (\(paired.difference.reason ?? ""))"
        let clusters = paired.interval?.clusters.map { " of \(NumberText.count($0, "cluster"))" } ?? ""
        lines.append("  B minus A  \(value)\(range) (paired bootstrap\(clusters))")
        if let least = paired.minimumDetectableDifference {
            lines.append("  detectable \(points(least)) or more (with 80 % power, on these examples)")
        }
        if let p = paired.permutationP { lines.append("  p          \(NumberText.pValue(p)) (permutation)") }
        lines.append(
            "  flips      \(NumberText.grouped(diff.gained.count)) gained, \(NumberText.grouped(diff.lost.count)) lost by B "
                + "in \(flipQuantity)" + (diff.p.map { ", p \(NumberText.pValue($0)) (McNemar)" } ?? "")
        )
        lines += notes.map { "  note       \($0)" }
        for (name, list) in [("gained", diff.gained), ("lost", diff.lost)] where limit > 0 && !list.isEmpty {
            lines.append("\n\(name.uppercased())")
            for example in list.prefix(limit) {
                lines.append(
                    TerminalText.safe(
                        "  \(example.id): gold \"\(example.gold)\", A \"\(example.first)\", B \"\(example.second)\""
                    )
                )
            }
            if list.count > limit { lines.append("  … \(list.count - limit) more; --examples shows them") }
        }
        if !diff.slices.isEmpty {
            var table = TextTable([
                ("SLICE", .left), ("", .left), ("N", .right), ("A", .right), ("B", .right), ("B − A", .right),
            ])
            for slice in diff.slices {
                table.add([
                    slice.key.axis, slice.key.name, "\(slice.n)", points(slice.first), points(slice.second),
                    points(slice.second - slice.first),
                ])
            }
            lines.append("\n\(table.rendered())")
        }
        return lines.joined(separator: "\n")
    }

    package func json(examples limit: Int) -> JSONValue {
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
            .init("set", .string(title)), .init("n", .integer(diff.n)), .init("quantity", .string(quantity)),
            .init("difference", number(paired.difference.value)), .init("interval", paired.interval?.json ?? .null),
            .init("minimumDetectableDifference", number(paired.minimumDetectableDifference)),
            .init("bootstrapP", number(paired.bootstrapP)), .init("permutationP", number(paired.permutationP)),
            .init("flipsOf", .string(flipQuantity)), .init("gained", .integer(diff.gained.count)),
            .init("lost", .integer(diff.lost.count)),
            .init("mcnemarP", number(diff.p)), .init("gainedExamples", list(diff.gained)),
            .init("lostExamples", list(diff.lost)), .init("slices", .array(slices)),
            .init("notes", .array(notes.map { .string($0) })),
        ])
    }
}
