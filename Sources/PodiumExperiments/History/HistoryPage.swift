package import PodiumCore
internal import PodiumPrimitives
internal import PodiumReport

/// A page of history: the suites and the runs that a filter lets through, newest first.
package struct HistoryPage: Codable, Sendable, Equatable {
    /// Nil where only the others were asked for.
    package var suites: [SuiteSummary]?
    package var runs: [HistoryEntry]?
    /// How many runs there are in all; nil where none were asked for.
    package var totalRuns: Int?

    package enum Part: String, Sendable {
        case suites, runs, both
    }

    /// - Parameters:
    ///   - page: counted from 1, of `limit` runs each. The first page has the newest `limit` suites, later ones none.
    package static func load(
        _ filter: HistoryFilter,
        part: Part,
        order: HistoryOrder = .newest,
        page: Int = 1,
        limit: Int,
        from store: any JobStore
    ) async throws -> HistoryPage {
        var result = HistoryPage()
        if part != .runs {
            var before: SuiteID?
            // Suites are paged by their numbers, which have gaps.
            for number in 1...page {
                let suites = try await store.suiteSummaries(filter, before: before, limit: limit)
                if number == page { result.suites = suites }
                guard let last = suites.last else {
                    result.suites = []
                    break
                }
                before = last.id
            }
        }
        if part != .suites {
            result.runs = try await store.history(filter, order: order, offset: (page - 1) * limit, limit: limit)
            result.totalRuns = try await store.historyCount(filter)
        }
        return result
    }

    package func text() -> String {
        var parts: [String] = []
        if let suites { parts.append(suites.isEmpty ? "no suite" : Self.table(suites)) }
        if let runs {
            parts.append(runs.isEmpty ? "no run" : Self.table(runs))
            if let totalRuns, totalRuns > runs.count, !runs.isEmpty {
                parts.append(
                    "\(NumberText.grouped(runs.count)) of \(NumberText.grouped(totalRuns)) runs; --page has more"
                )
            }
        }
        return parts.joined(separator: "\n\n")
    }

    private static func table(_ suites: [SuiteSummary]) -> String {
        var table = TextTable([
            ("SUITE", .right), ("NAME", .left), ("SUBMITTED", .left), ("RUNS", .right), ("DONE", .right),
            ("FAILED", .right), ("TASKS", .left), ("SYSTEMS", .left), ("TAGS", .left), ("NOTE", .left),
        ])
        for suite in suites {
            let archived = suite.archivedAt == nil ? [] : ["(archived)"]
            table.add([
                "\(suite.id)", suite.name, String(LocalTime.text(suite.submittedAt).dropLast(3)),
                "\(suite.runCount)", "\(suite.runs[.succeeded] ?? 0)",
                "\((suite.runs[.failed] ?? 0) + (suite.runs[.cancelled] ?? 0))",
                shortened(suite.tasks.map(\.displayName)), shortened(suite.systems),
                (archived + suite.tags).joined(separator: " "), String(suite.note.prefix { $0 != "\n" }),
            ])
        }
        return table.rendered()
    }

    private static func shortened(_ names: [String]) -> String {
        names.count <= 3
            ? names.joined(separator: ", ") : "\(names.prefix(2).joined(separator: ", ")) and \(names.count - 2) more"
    }

    private static func table(_ runs: [HistoryEntry]) -> String {
        var table = TextTable([
            ("RUN", .right), ("SUITE", .left), ("SYSTEM", .left), ("TASK", .left), ("SEED", .right), ("ST", .left),
            ("SCORE", .right), ("SUBMITTED", .left), ("TIME", .right), ("DATA", .left), ("NAME", .left),
        ])
        for run in runs {
            table.add([
                "\(run.id)", "\(run.suite) \(run.suiteName)", run.system, run.task?.displayName ?? run.kind.rawValue,
                run.seed.map { "\($0)" } ?? "", run.state.code,
                run.score.map { NumberText.percent($0, digits: 2) } ?? "",
                String(LocalTime.text(run.submittedAt).dropLast(3)), run.seconds.map(NumberText.clock) ?? "",
                run.basis?.text ?? "", run.name,
            ])
        }
        return table.rendered()
    }

    /// Rows for programs (RFC 4180): of runs where there are any, else of suites; scores ×1 in full precision.
    package func csv() -> String {
        var rows: [[String]] = []
        if let runs {
            rows.append([
                "run", "suite", "suite_name", "tags", "name", "kind", "system", "task", "model", "seed", "state",
                "score",
                "split", "data_origin", "data_version", "examples", "submitted_at", "started_at", "ended_at", "reason",
            ])
            for run in runs {
                rows.append([
                    "\(run.id)", "\(run.suite)", run.suiteName, run.tags.joined(separator: " "), run.name,
                    run.kind.rawValue, run.system, run.task?.rawValue ?? "", run.model ?? "",
                    run.seed.map { "\($0)" } ?? "", run.state.rawValue, run.score.map { "\($0)" } ?? "",
                    run.basis?.split ?? "", run.basis?.origin.rawValue ?? "", run.basis?.version ?? "",
                    run.basis.map { "\($0.examples)" } ?? "", Timestamp.iso8601(run.submittedAt),
                    run.startedAt.map(Timestamp.iso8601) ?? "", run.endedAt.map(Timestamp.iso8601) ?? "",
                    run.reason ?? "",
                ])
            }
        } else {
            rows.append([
                "suite", "name", "kind", "submitted_at", "ended_at", "runs", "succeeded", "failed", "tags", "note",
            ])
            for suite in suites ?? [] {
                rows.append([
                    "\(suite.id)", suite.name, suite.kind.rawValue, Timestamp.iso8601(suite.submittedAt),
                    suite.endedAt.map(Timestamp.iso8601) ?? "", "\(suite.runCount)", "\(suite.runs[.succeeded] ?? 0)",
                    "\(suite.runs[.failed] ?? 0)", suite.tags.joined(separator: " "), suite.note,
                ])
            }
        }
        return CSV.text(rows)
    }
}

extension ScoreBasis {
    /// `dev official 1a2b3c4d5e6f 408`.
    package var text: String { "\(split) \(origin.rawValue) \(version) \(examples)" }
}
