import PodiumCore
import PodiumPrimitives

/// A pre-training run with a curve for each of its measurements, what was held out beside what it is compared with.
struct PretrainingView {
    struct Figure {
        var chart: LineChart
        var caption: String
        /// Where the curve ends.
        var last: String
    }

    let run: TaskView.RunLink
    let name: String
    let line: String
    let charts: [Figure]

    /// What is drawn, in this order, by the names that runs measure by; others follow by name.
    private static let order = [
        ("loss", "training loss"), ("heldout_perplexity", "held-out perplexity"),
        ("heldout_mlm_accuracy", "held-out masked tokens right"), ("heldout_lm_accuracy", "held-out next tokens right"),
        ("heldout_nsp_accuracy", "held-out next sentences right"),
    ]
    /// Constant over a training, and drawn as a line in another's chart.
    private static let references = [
        "heldout_perplexity": ("heldout_unigram_perplexity", "word frequencies"),
        "heldout_nsp_accuracy": ("", "by chance"),
    ]

    init(_ run: Report.Run, report: Report, anchors: Anchors) {
        let rate = run.curves.first { $0.metric == "learning_rate" }?.points ?? []
        let hidden = ["learning_rate"] + Self.references.values.map(\.0)
        let curves = run.curves.filter { curve in
            !hidden.contains(curve.metric) && !curve.metric.hasSuffix("_per_second") && !curve.points.isEmpty
        }
        let known = Self.order.compactMap { name, _ in curves.first { $0.metric == name } }
        let drawn = known + curves.filter { curve in !known.contains { $0.metric == curve.metric } }
        self.run = TaskView.RunLink(href: anchors.link(toRun: run.id), number: run.id)
        name = report.systems.first { $0.id == run.system }?.name ?? run.system
        line = [
            run.trainedSteps.map { "\(NumberText.grouped($0)) steps" }, run.wallSeconds.map { NumberText.duration($0) },
            run.tokensPerSecond.map { "\(NumberText.grouped(Int($0.rounded()))) tokens/s" },
        ].compactMap(\.self).joined(separator: " · ")
        charts = drawn.enumerated().map { index, curve in
            let name = Self.order.first { $0.0 == curve.metric }?.1 ?? curve.metric
            let reference = Self.reference(of: curve, in: run)
            let isAccuracy = curve.metric.hasSuffix("_accuracy")
            let end = curve.points.last?.value ?? 0
            return Figure(
                chart: LineChart(
                    id: "curve-\(run.id)-\(index + 1)",
                    title: "\(name) of run \(run.id)",
                    curve: isAccuracy ? Self.percent(curve) : curve,
                    axis: Axis(
                        covering: ((reference.map { [$0.value] } ?? []) + curve.points.map(\.value))
                            .map { isAccuracy ? 100 * $0 : $0 },
                        count: 4
                    ),
                    // The rate belongs to the loss, which follows it.
                    rate: curve.metric == "loss" ? rate : [],
                    reference: reference.map { (isAccuracy ? 100 * $0.value : $0.value, $0.name) },
                    label: isAccuracy ? "%" : ""
                ),
                caption: name,
                last: isAccuracy ? "\(NumberText.percent(end)) %" : NumberText.short(end)
            )
        }
    }

    private static func reference(of curve: Report.Curve, in run: Report.Run) -> (value: Double, name: String)? {
        guard let (metric, name) = references[curve.metric] else { return nil }
        guard !metric.isEmpty else { return (0.5, name) }
        let value = run.curves.first { $0.metric == metric }?.points.last?.value
        return value.map { ($0, name) }
    }

    private static func percent(_ curve: Report.Curve) -> Report.Curve {
        Report.Curve(
            metric: curve.metric,
            points: curve.points.map { Report.Point(step: $0.step, value: 100 * $0.value) }
        )
    }
}
