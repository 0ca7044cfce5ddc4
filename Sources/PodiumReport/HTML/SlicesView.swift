import PodiumCore
import PodiumPrimitives

/// Scores of parts of a task's evaluation set: a table with a line for each part.
struct SlicesView {
    struct Cell {
        var value: String
        var interval: String
    }

    struct Row {
        var part: String
        var examples: String
        var cells: [Cell]
        var difference: String?
        var differenceInterval: String
        var p: String
        var adjusted: String
        /// Whether the difference holds after the correction for all parts.
        var isTold: Bool
    }

    let task: String
    let metric: String
    let systems: [String]
    let rows: [Row]
    let isCompared: Bool
    let first: String
    let second: String
    /// What the table comes to.
    let summary: String
    let remarks: [String]

    /// More systems than this make a table that nobody reads; the documents have them.
    private static let systemLimit = 6
    private static let level = 0.05

    init(_ slices: Report.Slices, report: Report) {
        func name(_ id: String) -> String { report.systems.first { $0.id == id }?.name ?? id }
        task = slices.task.displayName
        metric = slices.metric
        first = name(slices.first)
        second = slices.second.map(name) ?? ""
        isCompared = slices.second != nil
        let all = slices.slices.first?.scores.map(\.system) ?? []
        systems = all.prefix(Self.systemLimit).map(name)
        rows = slices.slices.map { slice in
            let difference = slice.difference
            return Row(
                part: "\(slice.axis): \(slice.name)",
                examples: NumberText.grouped(slice.examples),
                cells: slice.scores.prefix(Self.systemLimit).map { score in
                    Cell(value: NumberText.percent(score.value), interval: Self.ends(score.interval))
                },
                difference: difference.map { Self.signed($0.value) },
                differenceInterval: difference?.interval.map(Self.ends) ?? "–",
                p: difference?.p.map(Self.share) ?? "–",
                adjusted: difference?.adjustedP.map(Self.share) ?? "–",
                isTold: (difference?.adjustedP ?? 1) < Self.level
            )
        }
        summary = Self.summary(slices)
        remarks = Self.remarks(slices, hidden: all.count - systems.count)
    }

    private static func summary(_ slices: Report.Slices) -> String {
        let parts = NumberText.count(slices.slices.count, "part")
        guard slices.second != nil, let greatest = slices.slices.first, let difference = greatest.difference else {
            let values = slices.slices.compactMap { slice in slice.scores.first.map { (slice, $0.value) } }
            guard let low = values.min(by: { $0.1 < $1.1 }), let high = values.max(by: { $0.1 < $1.1 }) else {
                return parts
            }
            return "\(parts), from \(NumberText.percent(low.1)) (\(low.0.axis): \(low.0.name)) "
                + "to \(NumberText.percent(high.1)) (\(high.0.axis): \(high.0.name))"
        }
        let told = slices.slices.count { ($0.difference?.adjustedP ?? 1) < level }
        return "\(parts); greatest difference \(signed(difference.value)) (\(greatest.axis): \(greatest.name), "
            + "\(NumberText.count(greatest.examples, "example"))); \(told == 0 ? "none holds" : "\(told) hold\(told == 1 ? "s" : "")")"
            + " after the correction"
    }

    private static func remarks(_ slices: Report.Slices, hidden: Int) -> [String] {
        var remarks: [String] = []
        let tested = slices.slices.count { $0.difference?.p != nil }
        if tested > 1 {
            remarks.append(
                "\(tested) parts are tested and nobody chose them beforehand: of \(tested) true equalities one in twenty would have a "
                    + "p under 0.05. The adjusted p is Holm's over all of them."
            )
        }
        if slices.smallSlices > 0 {
            remarks.append(
                "\(NumberText.count(slices.smallSlices, "part")) with fewer than \(slices.fewest) examples left out."
            )
        }
        let further = hidden + slices.furtherSystems
        if further > 0 {
            let known =
                hidden > 0 ? "; report.json has \(slices.furtherSystems > 0 ? "\(hidden) of them" : "them")" : ""
            remarks.append("\(NumberText.count(further, "further system")) not shown\(known).")
        }
        return remarks
    }

    private static func share(_ p: Double) -> String {
        p < 0.0001 ? "< 0.0001" : NumberText.fixed(p, digits: 4)
    }

    private static func signed(_ value: Double) -> String {
        (value > 0 ? "+" : "") + NumberText.percent(value)
    }

    private static func ends(_ interval: Report.Interval) -> String {
        "\(NumberText.percent(interval.low)) to \(NumberText.percent(interval.high))"
    }
}
