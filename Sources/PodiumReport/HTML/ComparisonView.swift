import PodiumCore
import PodiumPrimitives

/// A test of two systems, as a line of the table of comparisons.
struct ComparisonView {
    let first: String
    let second: String
    let task: String
    let difference: String
    let interval: String
    let detectable: String
    let test: String
    let p: String
    let adjusted: String
    let fragility: String

    init(_ comparison: Report.Comparison, report: Report) {
        func name(_ id: String) -> String { report.systems.first { $0.id == id }?.name ?? id }
        first = name(comparison.first)
        second = name(comparison.second)
        task = comparison.task?.displayName ?? "average"
        difference = (comparison.difference > 0 ? "+" : "") + NumberText.percent(comparison.difference, digits: 2)
        interval =
            comparison.interval.map { interval in
                "\(NumberText.percent(interval.low, digits: 2)) to \(NumberText.percent(interval.high, digits: 2))"
            } ?? "–"
        detectable = comparison.detectable.map { NumberText.percent($0, digits: 2) } ?? "–"
        test = [comparison.test, comparison.correction].compactMap(\.self).joined(separator: ", ")
        p = NumberText.short(comparison.p)
        adjusted = comparison.adjustedP.map { NumberText.short($0) } ?? "–"
        fragility = comparison.fragility.map { String($0) } ?? "–"
    }
}
