internal import PodiumCore
package import PodiumEval
internal import PodiumFormat

extension ComparedSet {
    package func text(examples limit: Int) -> String {
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
