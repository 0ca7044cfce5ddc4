import PodiumCore
import PodiumPrimitives

/// A task's section: every system's metrics with their uncertainty, and a curve for each run.
struct TaskView {
    struct Metric {
        var text: String
        var margin: String?
    }

    struct Row {
        var anchor: String
        var name: String
        var score: Metric
        var metrics: [Metric]
        var seeds: String
        var spread: String
        var strip: SeedStrip?
        var runs: [RunLink]
        var configuration: String?
        var remarks: [String]
    }

    struct RunLink {
        var anchor: String
        var number: Int64
    }

    struct DataLink {
        var anchor: String
        var name: String
    }

    struct ScoredData {
        var anchor: String
        var name: String
        var examples: String
    }

    /// A system's runs, drawn in a row of their own so that seeds stand below seeds.
    struct FigureGroup {
        var figures: [Figure]
    }

    struct Figure {
        var run: RunLink
        var name: String
        var seed: String
        var result: String
        var chart: LineChart
    }

    let anchor: String
    let title: String
    let rule: String
    /// One, unless systems were scored on different data.
    let data: [ScoredData]
    let isSample: Bool
    let metricNames: [String]
    let axisLabels: [LineChart.Tick]
    let rows: [Row]
    let figureGroups: [FigureGroup]
    /// Columns of the table.
    let span: Int

    init?(_ task: BenchmarkTask, report: Report, order: [String], anchors: Anchors) {
        let results = report.results.filter { $0.task == task }
            .sorted { (order.firstIndex(of: $0.system) ?? .max) < (order.firstIndex(of: $1.system) ?? .max) }
        let runs = report.runs.filter { $0.task == task }
        guard !results.isEmpty || !runs.isEmpty else { return nil }
        let names = Dictionary(report.systems.map { ($0.id, $0.name) }) { first, _ in first }
        let used = report.datasets.filter { set in results.contains { $0.dataset == set.id } }
        let axis = SeedStrip.axis(results.compactMap(\.score))
        let metricNames = task.metrics.count > 1 ? task.metrics : []
        anchor = anchors.task(task)
        title = task.displayName
        rule = task.scoreRule
        data = used.map { set in
            ScoredData(anchor: anchors.dataset(set.id), name: set.id, examples: NumberText.grouped(set.examples))
        }
        isSample = used.contains { $0.origin == .sample }
        self.metricNames = metricNames.map { BenchmarkTask.metricName($0) }
        span = 7 + metricNames.count
        axisLabels = SeedStrip.tickLabels(axis)
        rows = results.map { result in
            Row(
                anchor: anchors.cell(system: result.system, task: task),
                name: names[result.system] ?? result.system,
                score: Self.metric(result.score, status: result.status),
                metrics: metricNames.map { name in
                    Self.metric(result.metrics.first { $0.name == name }?.measurement, status: result.status)
                },
                seeds: Self.seeds(result),
                spread: Self.spread(result.score?.seeds),
                strip: SeedStrip(result.score, axis: axis),
                runs: result.runs.map { RunLink(anchor: anchors.run($0), number: $0) },
                configuration: Self.configuration(result),
                remarks: Self.remarks(result)
            )
        }
        figureGroups = Self.figures(runs, names: names, order: order, anchors: anchors)
    }

    private static func metric(_ measurement: Report.Measurement?, status: Report.Outcome.Status) -> Metric {
        guard let measurement else { return Metric(text: status == .ok ? "–" : status.rawValue, margin: nil) }
        return Metric(
            text: NumberText.percent(measurement.value, digits: 2),
            margin: measurement.intervals.first.map { "±\(NumberText.percent($0.halfWidth, digits: 2))" }
        )
    }

    private static func seeds(_ result: Report.Outcome) -> String {
        guard let seeds = result.score?.seeds else { return "–" }
        return seeds.failed > 0 ? "\(seeds.count) (+\(seeds.failed) failed)" : String(seeds.count)
    }

    private static func spread(_ seeds: Report.SeedSummary?) -> String {
        guard let seeds, let deviation = seeds.standardDeviation else { return "–" }
        return NumberText.percent(deviation, digits: 2)
    }

    private static func configuration(_ result: Report.Outcome) -> String? {
        guard let configuration = result.configuration else { return nil }
        let many = result.configurations > 1 ? ", best of \(result.configurations)" : ""
        return configuration + many
    }

    private static func remarks(_ result: Report.Outcome) -> [String] {
        var remarks = result.notes.map(\.message)
        let all = result.score?.intervals ?? []
        if all.count > 1 {
            remarks += all.dropFirst().map { interval in
                "\(NumberText.percent(interval.low, digits: 2)) to \(NumberText.percent(interval.high, digits: 2)) "
                    + "over \(interval.source.rawValue) (\(interval.method))"
            }
        }
        return remarks
    }

    private static func figures(
        _ runs: [Report.Run],
        names: [String: String],
        order: [String],
        anchors: Anchors
    ) -> [FigureGroup] {
        let drawn = runs.filter { run in run.curves.contains { $0.metric == "loss" && !$0.points.isEmpty } }
        let losses = drawn.flatMap(\.curves).filter { $0.metric == "loss" }.flatMap { $0.points.map(\.value) }
        let axis = Axis(covering: losses, count: 4)
        func figure(_ run: Report.Run) -> Figure? {
            guard let seed = run.seed, let curve = run.curves.first(where: { $0.metric == "loss" }) else { return nil }
            let name = names[run.system] ?? run.system
            return Figure(
                run: RunLink(anchor: anchors.run(run.id), number: run.id),
                name: name,
                seed: String(seed),
                result: run.score.map { NumberText.percent($0) } ?? run.state.rawValue,
                chart: LineChart(
                    id: "curve-\(run.id)-loss",
                    title: "Training loss of run \(run.id): \(name), seed \(seed)",
                    curve: curve,
                    axis: axis,
                    rate: run.curves.first { $0.metric == "learning_rate" }?.points ?? []
                )
            )
        }
        let systems = order + Set(drawn.map(\.system)).subtracting(order).sorted()
        return systems.compactMap { system in
            let mine = drawn.filter { $0.system == system }.sorted { ($0.seed ?? 0, $0.id) < ($1.seed ?? 0, $1.id) }
            return mine.isEmpty ? nil : FigureGroup(figures: mine.compactMap(figure))
        }
    }
}
