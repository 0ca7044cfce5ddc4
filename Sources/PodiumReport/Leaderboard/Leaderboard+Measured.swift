import PodiumCore

extension Leaderboard {
    /// Groups of systems that were scored on the same data sets wherever they share a task.
    static func measuredGroups(_ report: Report, columns: [Column]) -> [Group] {
        let datasets = Dictionary(report.datasets.map { ($0.id, $0) }) { first, _ in first }
        var buckets: [(data: [BenchmarkTask: String], systems: [Report.System])] = []
        for system in report.systems {
            let results = report.results.filter { $0.system == system.id && $0.status != .missing }
            guard !results.isEmpty else { continue }
            let data = Dictionary(results.map { ($0.task, $0.dataset) }) { first, _ in first }
            let fitting = buckets.firstIndex { bucket in
                data.allSatisfy { bucket.data[$0.key] == nil || bucket.data[$0.key] == $0.value }
            }
            if let fitting {
                buckets[fitting].data.merge(data) { first, _ in first }
                buckets[fitting].systems.append(system)
            } else {
                buckets.append((data, [system]))
            }
        }
        return buckets.map { bucket in
            // The diagnostic set stands beside the others and in no average.
            let used = bucket.data.filter { $0.key != .ax }.values.sorted().compactMap { datasets[$0] }
            let marks = Set(used.map(dataMark))
            var rows = bucket.systems.map { system in
                row(system, report: report, columns: columns, datasets: marks.count > 1 ? datasets : [:])
            }
            order(&rows, tiers: report.tiers)
            markBest(&rows)
            let splits = Set(used.map(\.split)).sorted().joined(separator: " and ")
            let isSample = used.contains { $0.origin == .sample }
            let origin: Report.Dataset.Origin =
                isSample ? .sample : used.contains { $0.origin == .modified } ? .modified : .official
            let note: String =
                switch (origin, marks.count) {
                case (_, 2...): "data differs by column, see the marks"
                case (.sample, _): "sample data"
                case (.modified, _): "data in the official layout, not the official files"
                case (.official, _): "official data"
                }
            return Group(
                isPublished: false,
                split: splits,
                origin: origin,
                heading: "Measured · \(splits)",
                dataNote: note,
                rows: rows
            )
        }
    }

    private static func dataMark(_ dataset: Report.Dataset) -> String {
        "\(dataset.split), \(dataset.origin.rawValue)"
    }

    /// One system's row; `datasets` is empty unless cells must say what they were scored on.
    private static func row(
        _ system: Report.System,
        report: Report,
        columns: [Column],
        datasets: [String: Report.Dataset]
    ) -> Row {
        let cells = columns.map { column -> Cell in
            switch column {
            case .average(let averaging):
                let average = report.averages.first { $0.system == system.id && $0.averaging == averaging }
                var cell = Cell(column: column, status: average?.value == nil ? .missing : .ok, parts: [])
                cell.value = average?.value
                cell.interval = average?.interval
                cell.missing = average?.missing ?? []
                return cell
            case .task(let task):
                let result = report.results.first { $0.system == system.id && $0.task == task }
                guard let result else { return Cell(column: column, status: .missing, parts: []) }
                var cell = Cell(column: column, status: result.status, parts: [])
                cell.value = result.score?.value
                cell.interval = result.score?.intervals.first
                cell.seeds = result.score?.seeds
                if result.metrics.count > 1 {
                    cell.parts = result.metrics.compactMap { metric in
                        metric.measurement.map { (metric.name, $0.value) }
                    }
                }
                cell.notes = result.notes
                cell.standing = report.standings.first { $0.system == system.id && $0.task == task }
                cell.configurations = result.configurations
                cell.agreement = result.agreement
                cell.dataMark = datasets[result.dataset].map(dataMark)
                return cell
            }
        }
        var row = Row(name: system.name, system: system.id, cells: cells)
        row.standing = report.standings.first { $0.system == system.id && $0.task == nil }
        row.tries = cells.map(\.configurations).max()
        return row
    }

    /// Best first: by the first average that all rows have, else by the mean over the tasks that all rows have.
    private static func order(_ rows: inout [Row], tiers: [Report.Tier]) {
        let width = rows.first?.cells.count ?? 0
        let common = (0..<width).filter { column in
            rows.allSatisfy { $0.cells[column].value != nil } && rows[0].cells[column].column != .task(.ax)
        }
        let keys =
            common.first { column in
                if case .average = rows[0].cells[column].column { return true }
                return false
            }.map { [$0] } ?? common
        func key(_ row: Row) -> Double {
            keys.reduce(0) { $0 + (row.cells[$1].value ?? 0) }
        }
        rows.sort { a, b in
            key(a) == key(b) ? (a.system ?? "").utf8.lexicographicallyPrecedes((b.system ?? "").utf8) : key(a) > key(b)
        }
        for index in rows.indices {
            let tier = tiers.first { $0.systems.contains(rows[index].system ?? "") }
            let above = index > 0 && key(rows[index - 1]) == key(rows[index]) ? rows[index - 1].rank : index + 1
            rows[index].rank = tier?.rank ?? above
        }
        rows.sort { ($0.rank ?? 0) < ($1.rank ?? 0) }
    }

    /// Marks each column's best, by what is printed, and the second of three or more.
    private static func markBest(_ rows: inout [Row]) {
        guard rows.count > 1 else { return }
        for column in rows[0].cells.indices {
            let printed = rows.map { $0.cells[column].value.map { ($0 * 1000).rounded() } }
            let ranked = Set(printed.compactMap(\.self)).sorted(by: >)
            guard let best = ranked.first, printed.compactMap(\.self).count > 1 else { continue }
            for (index, value) in printed.enumerated() {
                rows[index].cells[column].isBest = value == best
                rows[index].cells[column].isSecond = rows.count > 2 && ranked.count > 1 && value == ranked[1]
            }
        }
    }
}
