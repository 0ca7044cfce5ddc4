import PodiumCore
import PodiumPrimitives
import PodiumReport

/// Keeps the curves of a report within what its documents may hold.
struct CurveThinning {
    /// Points of each curve at most; nil where all are kept.
    let limit: Int?

    /// Points of all curves of a report together, and the fewest that a curve keeps of them.
    private static let total = 25_000
    private static let fewest = 20

    init(_ runs: [SuiteHistory.Run]) {
        let counts = runs.flatMap { $0.curves.values.map(\.count) }
        let share = max(Self.fewest, Self.total / max(1, counts.count))
        limit = counts.reduce(0, +) > Self.total && counts.contains { $0 > share } ? share : nil
    }

    /// The first and the last point, and of each stretch between them the lowest and the highest.
    func thinned(_ points: [MetricPoint]) -> [MetricPoint] {
        guard let limit, points.count > limit else { return points }
        let inner = points.count - 2
        let stretches = (limit - 2) / 2
        var kept = [0]
        for stretch in 0..<stretches {
            let places = (1 + inner * stretch / stretches)..<(1 + inner * (stretch + 1) / stretches)
            // Ends of equal values stay ends.
            let low = places.min { points[$0].value < points[$1].value }
            let high = places.max { points[$0].value <= points[$1].value }
            kept += Set([low, high].compactMap(\.self)).sorted()
        }
        kept.append(points.count - 1)
        return kept.map { points[$0] }
    }

    var note: Report.Note? {
        limit.map { limit in
            Report.Note(
                code: "curves-thinned",
                message:
                    "Of each learning curve \(limit) points are kept, lowest and highest of every stretch among them; "
                    + "the database has all."
            )
        }
    }
}
