package import PodiumCore
import PodiumReportAssets
import Yams

/// Results that others published, from the tables in `reports/published`.
package enum PublishedResults {
    /// All tables, in the order of a report's sources.
    package static func load() throws(ReportError) -> [Report.PublishedTable] { try all.get() }

    /// Parsed once: a dashboard makes many leaderboards.
    private static let all: Result<[Report.PublishedTable], ReportError> = {
        do throws(ReportError) {
            var tables: [Report.PublishedTable] = []
            for bytes in ReportAssets.published { tables.append(try parse(String(decoding: bytes, as: UTF8.self))) }
            return .success(tables)
        } catch {
            return .failure(error)
        }
    }()

    /// The tables that say something about one of `tasks`, without the rows and values that do not.
    package static func load(for tasks: [BenchmarkTask]) throws(ReportError) -> [Report.PublishedTable] {
        try load().compactMap { table in
            var table = table
            table.rows = table.rows.compactMap { row in
                var row = row
                row.values.removeAll { !tasks.contains($0.task) }
                return row.values.isEmpty ? nil : row
            }
            return table.rows.isEmpty ? nil : table
        }
    }

    /// Reads one table.
    ///
    /// `columns` are `TASK METRIC` or `average PROTOCOL`; each row is a list of
    /// numbers on the scale 0 to 100, or null, one a column.
    package static func parse(_ yaml: String) throws(ReportError) -> Report.PublishedTable {
        let root: Node?
        do { root = try Yams.compose(yaml: yaml) } catch { throw malformed("not YAML: \(error)") }
        guard let root, let id = root["id"]?.string else { throw malformed("no “id”") }
        func text(_ key: String) throws(ReportError) -> String {
            guard let value = root[key]?.string else { throw malformed("\(id): no “\(key)”") }
            return value
        }
        let split = try text("split")
        guard ["dev", "test"].contains(split) else { throw malformed("\(id): “split” must be dev or test") }
        guard let columns = root["columns"]?.array(), let rows = root["rows"]?.mapping else {
            throw malformed("\(id): “columns” must be a list and “rows” a mapping")
        }
        let meanings = try columns.map { (node) throws(ReportError) in try Column(node.string ?? "", table: id) }
        let headlines = root["headlineRows"]?.array().compactMap(\.string)
        var table = Report.PublishedTable(
            id: id,
            title: try text("title"),
            source: try text("source"),
            url: root["url"]?.string,
            split: split,
            procedure: try text("procedure"),
            rows: []
        )
        for (key, values) in rows {
            let name = key.string ?? ""
            var row = Report.PublishedRow(name: name, values: [])
            row.isHeadline = root["headline"]?.bool ?? false && headlines?.contains(name) ?? true
            row.parametersInMillions = root["parametersInMillions"]?[name]?.float
            row.note = root["notes"]?[name]?.string
            guard let cells = values.sequence, cells.count == meanings.count else {
                throw malformed("\(id), row “\(name)”: there must be \(meanings.count) values")
            }
            for (cell, column) in zip(cells, meanings) where cell.null == nil {
                let number = try number(cell, place: "\(id), row “\(name)”")
                switch column {
                case .average(let averaging): row.averages[averaging.rawValue] = number
                case .metric(let task, let metric):
                    row.values.append(Report.PublishedValue(task: task, metric: metric, number: number))
                }
            }
            table.rows.append(row)
        }
        for name in headlines ?? [] where !table.rows.contains(where: { $0.name == name }) {
            throw malformed("\(id): the headline row “\(name)” does not exist")
        }
        return table
    }

    private enum Column {
        case average(Report.AveragingProtocol)
        case metric(BenchmarkTask, String)

        init(_ text: String, table: String) throws(ReportError) {
            let parts = text.split(separator: " ").map(String.init)
            if parts.count == 2, parts[0] == "average", let averaging = Report.AveragingProtocol(rawValue: parts[1]) {
                self = .average(averaging)
            } else if parts.count == 2, let task = BenchmarkTask(rawValue: parts[0]), task.metrics.contains(parts[1]) {
                self = .metric(task, parts[1])
            } else {
                throw malformed("\(table): “\(text)” is no column; write “TASK METRIC” or “average PROTOCOL”")
            }
        }
    }

    private static func number(_ node: Node, place: String) throws(ReportError) -> Report.PublishedNumber {
        guard let printed = node.scalar?.string, let value = Double(printed), (-100...100).contains(value) else {
            throw malformed("\(place): a value is not a number between -100 and 100")
        }
        return Report.PublishedNumber(value: value / 100, printed: printed)
    }

    private static func malformed(_ complaint: String) -> ReportError {
        ReportError(.invalidPublishedTable, "reports/published: \(complaint)")
    }
}
