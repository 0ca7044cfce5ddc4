internal import PodiumCore
internal import PodiumEval
internal import PodiumExperiments
internal import PodiumPrimitives
internal import PodiumStore

extension Pages {
    struct ChoiceView {
        let value: String
        let title: String
        let isChosen: Bool
    }

    private struct CompareView {
        struct Run {
            let number: Int64
            let name: String
            let suite: Int64
            let suiteName: String
            let kind: String
            let symbol: String
            let word: String
            let score: String
            let values: [String]
        }

        struct Example {
            let id: String
            let gold: String
            let a: String
            let b: String
            let gain: String
        }

        struct Set {
            let title: String
            let summary: String
            let examples: [Example]
        }

        var list = ""
        var groups: [ChoiceView] = []
        var metrics: [ChoiceView] = []
        var error: String?
        var hint: String?
        var chart: String?
        var chartNote = ""
        var lines: [CurveComparison.Line] = []
        var differenceNote = ""
        var keys: [String] = []
        var runs: [Run] = []
        var sets: [Set] = []
        var pairError: String?
        var hasPair = false

    }

    private static let comparedRuns = 200
    private static let exampleLimit = 20

    func compare(_ exchange: Exchange) async throws -> WebResponse {
        let ids: [RunID]
        var view = CompareView()
        let texts = exchange.request.query.filter { $0.name == "run" || $0.name == "runs" }.map(\.value)
        view.list = texts.joined(separator: ", ")
        do {
            ids = try Self.runs(in: texts)
        } catch let problem as Problem {
            view.error = problem.detail
            return try comparison(exchange, view, status: problem.status)
        }
        let records = try await store.runs(ids)
        if let missing = ids.first(where: { id in !records.contains { $0.id == id } }) {
            view.error = "There is no run \(missing)."
            return try comparison(exchange, view, status: 404)
        }
        guard records.count >= 2 else {
            view.hint =
                "Name two runs or more, up to \(Self.comparedRuns): by their numbers, or select them in the history."
            return try comparison(exchange, view, status: 200)
        }
        try await fill(&view, exchange, records)
        return try comparison(exchange, view, status: 200)
    }

    private func comparison(_ exchange: Exchange, _ view: CompareView, status: Int) throws -> WebResponse {
        try page(exchange, title: "Compare", current: "/compare", status: status, "compare", view)
    }

    /// `12, 13, 20-40` as numbers, each once.
    static func runs(in texts: [String]) throws -> [RunID] {
        var ids: [Int64] = []
        for part in texts.joined(separator: ",").split(whereSeparator: { $0 == "," || $0 == " " }) {
            let ends = part.split(separator: "-", maxSplits: 1).map { Int64($0) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, first > 0, last >= first,
                last - first < Int64(comparedRuns)
            else { throw Problem(400, "“\(part.prefix(40))” is no run number and no range such as 20-40.") }
            ids += (first...last).filter { !ids.contains($0) }
            guard ids.count <= comparedRuns else {
                throw Problem(400, "At most \(comparedRuns) runs are compared at a time.")
            }
        }
        return ids.map { RunID(rawValue: $0) }
    }

    private func fill(_ view: inout CompareView, _ exchange: Exchange, _ records: [RunRecord]) async throws {
        let scores = try await store.scores(of: records.map(\.id))
        let settings = records.map { record in
            let facts = RunPageView.settings(record.spec) + [RunPageView.Fact(name: "suite", value: record.suiteName)]
            return Dictionary(facts.map { ($0.name, $0.value) }) { first, _ in first }
        }
        let order = records.flatMap { RunPageView.settings($0.spec).map(\.name) } + ["suite"]
        var seen: Swift.Set<String> = []
        let keys = order.filter { seen.insert($0).inserted }
            .filter { key in Swift.Set(settings.map { $0[key] ?? "" }).count > 1 }
        view.keys = keys
        view.differenceNote =
            keys.isEmpty
            ? "\(records.count), all of one configuration" : "\(records.count), with the settings that differ"
        view.runs = zip(records, settings).map { record, settings in
            let state = StateView(record)
            return CompareView.Run(
                number: record.id.rawValue,
                name: record.spec.name,
                suite: record.suite.rawValue,
                suiteName: record.suiteName,
                kind: state.kind,
                symbol: state.symbol,
                word: state.word,
                score: scores[record.id].map { NumberText.percent($0, digits: 2) } ?? "",
                values: keys.map { settings[$0] ?? "" }
            )
        }
        try await addCurves(&view, exchange, records, settings)
        if records.count == 2 { await addExamples(&view, records) }
    }

    private func addCurves(
        _ view: inout CompareView,
        _ exchange: Exchange,
        _ records: [RunRecord],
        _ settings: [[String: String]]
    ) async throws {
        let group = exchange.request.parameter("group")
        view.groups = view.keys.map { ChoiceView(value: $0, title: $0, isChosen: $0 == group) }
        let names = try await store.metricNames(of: records.map(\.id))
        let metric =
            exchange.request.parameter("metric").flatMap { names.contains($0) ? $0 : nil }
            ?? (names.contains("loss") ? "loss" : names.first)
        view.metrics = names.map { ChoiceView(value: $0, title: $0, isChosen: $0 == metric) }
        guard let metric else { return }
        let curves = try await store.curves(of: records.map(\.id), name: metric, points: 120)
        var groups: [(name: String, curves: [[MetricPoint]])] = []
        for (record, settings) in zip(records, settings) {
            let name =
                if let group, view.keys.contains(group) { "\(group) \(settings[group] ?? "none")" } else {
                    "run \(record.id)"
                }
            let curve = curves[record.id] ?? []
            if let place = groups.firstIndex(where: { $0.name == name }) {
                groups[place].curves.append(curve)
            } else {
                groups.append((name, [curve]))
            }
        }
        groups.removeAll { $0.curves.allSatisfy(\.isEmpty) }
        guard let drawing = CurveComparison(metric: metric, groups: groups) else { return }
        view.chart = drawing.svg
        view.lines = drawing.lines
        view.chartNote =
            metric
            + (groups.count > CurveComparison.lineLimit
                ? ", the first \(CurveComparison.lineLimit) of \(groups.count)" : "")
    }

    private func addExamples(_ view: inout CompareView, _ records: [RunRecord]) async {
        view.hasPair = true
        do {
            let sets = try await Comparison(bootstrap: Bootstrap(resamples: 1000))
                .runs(records[0].id.rawValue, records[1].id.rawValue, in: store)
            view.sets = sets.map { set in
                func lines(_ examples: [PredictionDiff.Example], _ gain: String) -> [CompareView.Example] {
                    examples.prefix(Self.exampleLimit).map {
                        CompareView.Example(id: $0.id, gold: $0.gold, a: $0.first, b: $0.second, gain: gain)
                    }
                }
                let value = set.paired.difference.value.map { NumberText.percent($0, digits: 2) } ?? "undefined"
                let range = set.paired.interval.map {
                    " (95% \(NumberText.percent($0.low, digits: 2)) to \(NumberText.percent($0.high, digits: 2)))"
                }
                let clusters =
                    set.paired.interval?.clusters.map { ", drawn by \(NumberText.count($0, "cluster"))" } ?? ""
                let p = set.paired.permutationP.map { ", p \(NumberText.pValue($0)) (permutation)" } ?? ""
                return CompareView.Set(
                    title: set.title,
                    summary:
                        "B (run \(records[1].id)) minus A (run \(records[0].id)): \(value)\(range ?? "")\(p) in \(set.quantity)\(clusters); "
                        + "\(set.diff.gained.count) gained, \(set.diff.lost.count) lost in \(set.flipQuantity).",
                    examples: lines(set.diff.gained, "B") + lines(set.diff.lost, "A")
                )
            }
        } catch {
            let text = (error as? any DescribedError)?.message ?? "the examples cannot be compared"
            view.pairError = text.sentence
        }
    }
}
