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
        var rank: String
        var tries: String
        var agreement: String
        var provenance: Provenance
    }

    struct RunLink {
        var href: String
        var number: Int64
    }

    struct DataLink {
        var href: String
        var name: String
    }

    struct ScoredData {
        var anchor: String
        var name: String
        var examples: String
    }

    /// A system's seeds in one drawing.
    struct Figure {
        var runs: [RunLink]
        var name: String
        var seeds: String
        var result: String
        var chart: LineChart
        /// The drawing's numbers: at five steps the mean, the lowest and the highest.
        var points: [Point]
    }

    struct Point {
        var step: String
        var mean: String
        var low: String
        var high: String
    }

    /// Where a score comes from.
    struct Provenance {
        var data: String
        var runs: [RunLink]
        var weights: String?
        var environments: [String]
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
    let figures: [Figure]
    let hasFigures: Bool
    let budget: BudgetView?
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
        span = 10 + metricNames.count
        axisLabels = SeedStrip.tickLabels(axis)
        let byID = Dictionary(runs.map { ($0.id, $0) }) { first, _ in first }
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
                runs: result.runs.map { RunLink(href: anchors.link(toRun: $0), number: $0) },
                configuration: Self.configuration(result),
                remarks: Self.remarks(result),
                rank: report.standings.first { $0.task == task && $0.system == result.system }?.text ?? "–",
                tries: "\(result.configurations)" + (result.tries > 0 ? " / \(result.tries)" : ""),
                agreement: result.agreement.map { NumberText.percent($0) + " %" } ?? "–",
                provenance: Self.provenance(result, report: report, runs: byID, anchors: anchors)
            )
        }
        figures = Self.figures(runs, names: names, order: order, anchors: anchors)
        hasFigures = !figures.isEmpty
        budget = BudgetView(task, report: report)
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

    private static func provenance(
        _ result: Report.Outcome,
        report: Report,
        runs: [Int64: Report.Run],
        anchors: Anchors
    ) -> Provenance {
        let counted = result.runs.compactMap { runs[$0] }
        let set = report.datasets.first { $0.id == result.dataset }
        let files = (set?.files ?? []).map { "\($0.name) \($0.sha256.prefix(12))" }.joined(separator: ", ")
        var environments: [String] = []
        for run in counted {
            let attempt = run.attempts.last { $0.outcome == "succeeded" } ?? run.attempts.last
            guard let environment = attempt?.environment else { continue }
            let text = "\(environment.summary), \(environment.host)"
            if !environments.contains(text) { environments.append(text) }
        }
        let origin = set.map { ", \($0.origin.rawValue)" } ?? ""
        return Provenance(
            data: "\(result.dataset)\(origin), \(NumberText.grouped(result.examples)) examples"
                + (files.isEmpty ? "" : ": \(files)"),
            runs: result.runs.map { RunLink(href: anchors.link(toRun: $0), number: $0) },
            weights: report.systems.first { $0.id == result.system }?.weightsSHA256,
            environments: environments
        )
    }

    /// One drawing a system, in the leaderboard's order.
    private static func figures(
        _ runs: [Report.Run],
        names: [String: String],
        order: [String],
        anchors: Anchors
    ) -> [Figure] {
        let drawn = runs.filter { run in run.curves.contains { $0.metric == "loss" && !$0.points.isEmpty } }
        let losses = drawn.flatMap(\.curves).filter { $0.metric == "loss" }.flatMap { $0.points.map(\.value) }
        let axis = Axis(covering: losses, count: 4)
        let systems = order + Set(drawn.map(\.system)).subtracting(order).sorted()
        return systems.enumerated().compactMap { place, system in
            let mine = drawn.filter { $0.system == system }.sorted { ($0.seed ?? 0, $0.id) < ($1.seed ?? 0, $1.id) }
            let curves = mine.compactMap { run in run.curves.first { $0.metric == "loss" } }
            guard let first = mine.first, let curve = curves.first else { return nil }
            let name = names[system] ?? system
            let rate = first.curves.first { $0.metric == "learning_rate" }?.points ?? []
            let task = first.task?.slug ?? "task"
            let id = "curve-\(task)-\(place + 1)"
            let title = "Training loss of \(name), \(NumberText.count(mine.count, "run"))"
            let scores = mine.compactMap(\.score)
            let group = CurveGroup(curves, limit: 5)
            return Figure(
                runs: mine.map { RunLink(href: anchors.link(toRun: $0.id), number: $0.id) },
                name: name,
                seeds: NumberText.count(mine.count, "run"),
                result: scores.isEmpty
                    ? first.state.rawValue : NumberText.percent(scores.reduce(0, +) / Double(scores.count)),
                chart: mine.count == 1
                    ? LineChart(id: id, title: title, curve: curve, axis: axis, rate: rate)
                    : LineChart(id: id, title: title, seeds: curves, axis: axis, rate: rate),
                points: group.mean.indices.map { index in
                    Point(
                        step: String(group.mean[index].step),
                        mean: NumberText.short(group.mean[index].value),
                        low: NumberText.short(group.low[index].value),
                        high: NumberText.short(group.high[index].value)
                    )
                }
            )
        }
    }
}
