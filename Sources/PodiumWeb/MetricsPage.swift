internal import PodiumCore
package import PodiumStore

/// Figures in the text format that Prometheus and its kin read.
package enum MetricsPage {
    static let type = "text/plain; version=0.0.4; charset=utf-8"

    /// A line for each figure, each name with what it means and whether it is a gauge or a counter.
    package static func text(_ figures: OperationalFigures, version: String) -> String {
        var page = Page()
        page.add("podium_info", .gauge, "The version of this dashboard.", [(["version": version], 1)])
        page.add(
            "podium_runs",
            .gauge,
            "Runs by state.",
            RunStanding.allCases.map { (["state": $0.rawValue], Double(figures.runs[$0, default: 0])) }
        )
        page.add(
            "podium_queue_age_seconds",
            .gauge,
            "How long ago the oldest run that could start now was submitted; 0 for an empty queue.",
            [([:], figures.queueAgeSeconds ?? 0)]
        )
        page.add("podium_claims_total", .counter, "Attempts that workers began.", [([:], Double(figures.claims))])
        page.add(
            "podium_attempts_ended_total",
            .counter,
            "Attempts that ended, by outcome.",
            figures.attempts.sorted { $0.key < $1.key }.map { (["outcome": $0.key], Double($0.value)) }
        )
        func labels(_ worker: OperationalFigures.Worker) -> [String: String] {
            ["device": worker.device, "state": worker.isBusy ? "working" : "idle"]
        }
        page.add(
            "podium_workers",
            .gauge,
            "Workers whose lease holds.",
            figures.workers.map { (labels($0), Double($0.count)) }
        )
        page.add(
            "podium_worker_threads",
            .gauge,
            "Threads of workers whose lease holds.",
            figures.workers.map { (labels($0), Double($0.threads)) }
        )
        page.add(
            "podium_scheduler_leads",
            .gauge,
            "1 while a scheduler leads, 0 while none does and lost runs stay lost.",
            [([:], figures.leadSeconds == nil ? 0 : 1)]
        )
        page.add(
            "podium_pilots",
            .gauge,
            "Pilots in batch systems, by the batch system's word.",
            figures.pilots.sorted { $0.key < $1.key }.map { (["state": $0.key], Double($0.value)) }
        )
        page.add("podium_database_bytes", .gauge, "Size of the database.", [([:], Double(figures.databaseBytes))])
        return page.text
    }

    private enum Kind: String { case gauge, counter }

    private struct Page {
        var text = ""

        /// A figure that has no value now is left out, as its names would be.
        mutating func add(_ name: String, _ kind: Kind, _ help: String, _ values: [([String: String], Double)]) {
            guard !values.isEmpty else { return }
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
            for (labels, value) in values {
                let pairs = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\(MetricsPage.escaped($0.value))\"" }
                let tail = pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}"
                let whole = value == value.rounded() && abs(value) < 1e15
                text += "\(name)\(tail) \(whole ? "\(Int(value))" : "\(value)")\n"
            }
        }
    }

    /// A label's value: backslash, quotation mark and line end have escapes.
    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
