package import PodiumCore
internal import PodiumPrimitives
package import PodiumReport

/// Two systems on all tasks that both were scored on, of one suite or of two.
package struct ComparedSystems {
    /// A system as users name it: `12:minilm-l6`, by the suite's number or name.
    package struct Reference: Sendable, Equatable {
        package var suite: String
        package var system: String

        /// - Returns: nil where the text has no colon.
        package init?(_ text: String) {
            guard let colon = text.firstIndex(of: ":") else { return nil }
            suite = String(text[..<colon])
            system = String(text[text.index(after: colon)...])
            if suite.isEmpty || system.isEmpty { return nil }
        }
    }

    private let report: Report
    private let names: (a: String, b: String)

    /// - Parameters:
    ///   - dataDirectory: where the sample lies, for the texts of examples; nil shows none.
    package static func load(
        _ a: Reference,
        _ b: Reference,
        from store: any JobStore,
        provenance: Report.Provenance,
        dataDirectory: String?
    ) async throws -> ComparedSystems {
        let (first, second) = (try await store.requireSuite(a.suite), try await store.requireSuite(b.suite))
        guard first.id != second.id || a.system != b.system else {
            throw ExperimentError(.invalidRequest, "A and B are the same system of the same suite")
        }
        var histories: [SuiteHistory] = []
        for (suite, systems) in first.id == second.id
            ? [(first, [a.system, b.system])] : [(first, [a.system]), (second, [b.system])]
        {
            var history = try await SuiteHistory.leaderboard([suite], from: store)
            for system in systems where !history.runs.contains(where: { $0.record.spec.system == system }) {
                let known = Set(history.runs.map(\.record.spec.system)).sorted().joined(separator: ", ")
                throw ExperimentError(
                    .invalidRequest,
                    "suite \(suite.id) (\(suite.name)) has no system \"\(system)\"; it has \(known)"
                )
            }
            history.runs.removeAll { !systems.contains($0.record.spec.system) }
            history.sweeps?.removeAll { !systems.contains($0.system) }
            histories.append(history)
        }
        let joined = SuiteHistory.joined(histories)
        let report = SuiteReport(joined, dataDirectory: dataDirectory)
            .report(provenance: provenance, generatedAt: 0, published: [])
        func name(_ reference: Reference, _ suite: SuiteRecord) -> String {
            let qualified = "\(reference.system) (\(suite.id) \(suite.name))"
            return report.systems.contains { $0.id == qualified } ? qualified : reference.system
        }
        return ComparedSystems(report: report, names: (name(a, first), name(b, second)))
    }

    /// B minus A on a task, or over all of them.
    private struct Line {
        var task: BenchmarkTask?
        var a: Report.Outcome?
        var b: Report.Outcome?
        var comparison: Report.Comparison?
        /// Turns what the report has the other way round.
        var sign: Double
    }

    private var lines: [Line] {
        (report.tasks.map(Optional.some) + [nil]).compactMap { task in
            func outcome(_ system: String) -> Report.Outcome? {
                report.results.first { $0.system == system && $0.task == task && task != nil }
            }
            let comparison = report.comparisons.first { $0.task == task }
            guard task != nil || comparison != nil else { return nil }
            return Line(
                task: task,
                a: outcome(names.a),
                b: outcome(names.b),
                comparison: comparison,
                sign: comparison?.first == names.b ? 1 : -1
            )
        }
    }

    package func text() -> String {
        func points(_ value: Double?) -> String { value.map { NumberText.percent($0, digits: 2) } ?? "–" }
        var table = TextTable([
            ("TASK", .left), ("A", .right), ("B", .right), ("B − A", .right), ("95 %", .left), ("P", .right),
            ("DETECTABLE", .right), ("HANGS ON", .right), ("", .left),
        ])
        for line in lines {
            let comparison = line.comparison
            let ends = comparison?.interval.map { line.sign > 0 ? ($0.low, $0.high) : (-$0.high, -$0.low) }
            let sameData = line.a?.dataset == line.b?.dataset
            table.add([
                line.task?.displayName ?? "mean", points(line.a?.score?.value), points(line.b?.score?.value),
                points(comparison.map { line.sign * $0.difference }),
                ends.map { "\(points($0.0)) to \(points($0.1))" } ?? "",
                comparison.map { NumberText.pValue($0.adjustedP ?? $0.p) } ?? "", points(comparison?.detectable),
                comparison?.fragility.map { NumberText.count($0, "example") } ?? "",
                line.task == nil || comparison != nil
                    ? "" : sameData ? "not tested: no predictions" : "other data: not compared",
            ])
        }
        var parts = ["A  \(names.a)\nB  \(names.b)", table.rendered()]
        let settings = differences
        if !settings.isEmpty {
            parts.append("What differs:\n" + settings.map { "  \($0.name): \($0.a) → \($0.b)" }.joined(separator: "\n"))
        }
        return TerminalText.safeLines(parts.joined(separator: "\n\n"))
    }

    /// Settings of the runs that count which one system has and the other has not.
    private var differences: [(name: String, a: String, b: String)] {
        func settings(_ system: String) -> [String: Set<String>] {
            let counted = Set(report.results.filter { $0.system == system }.flatMap(\.runs))
            var found: [String: Set<String>] = [:]
            for run in report.runs where counted.contains(run.id) {
                for parameter in run.parameters { found[parameter.name, default: []].insert(parameter.value) }
            }
            if let origin = report.systems.first(where: { $0.id == system })?.origin { found["model"] = [origin] }
            return found
        }
        let (a, b) = (settings(names.a), settings(names.b))
        return Set(a.keys).union(b.keys).sorted().compactMap { key in
            let (one, other) = (a[key] ?? [], b[key] ?? [])
            guard one != other else { return nil }
            func text(_ values: Set<String>) -> String {
                values.isEmpty ? "none" : values.sorted().joined(separator: ", ")
            }
            return (key, text(one), text(other))
        }
    }

    /// One JSON document; differences are B minus A, ×1.
    package struct Document: Encodable {
        package struct Task: Encodable {
            var task: String?
            var a: Double?
            var b: Double?
            var difference: Double?
            var low: Double?
            var high: Double?
            var p: Double?
            var detectable: Double?
            var fragility: Int?
        }

        var a: String
        var b: String
        var tasks: [Task]
        var settings: [String: [String]]
    }

    package var document: Document {
        Document(
            a: names.a,
            b: names.b,
            tasks: lines.map { line in
                let comparison = line.comparison
                let ends = comparison?.interval.map { line.sign > 0 ? ($0.low, $0.high) : (-$0.high, -$0.low) }
                return Document.Task(
                    task: line.task?.rawValue,
                    a: line.a?.score?.value,
                    b: line.b?.score?.value,
                    difference: comparison.map { line.sign * $0.difference },
                    low: ends?.0,
                    high: ends?.1,
                    p: comparison.map { $0.adjustedP ?? $0.p },
                    detectable: comparison?.detectable,
                    fragility: comparison?.fragility
                )
            },
            settings: Dictionary(differences.map { ($0.name, [$0.a, $0.b]) }) { first, _ in first }
        )
    }
}
