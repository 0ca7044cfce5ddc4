import PodiumCore
import PodiumPrimitives

/// A report as an XML document of the form `reports/podium-report.xsd`.
package enum ReportXML {
    package static let namespace = "urn:podium:report:3"

    /// The document's bytes, the same for equal contents.
    package static func encode(_ report: Report) throws(ReportError) -> [UInt8] {
        try report.check()
        let report = report.canonical()
        let names = XMLNames(report)
        var xml = try XMLWriter()
        xml.element(
            "report",
            [
                "xmlns": namespace, "schemaVersion": String(report.schemaVersion),
                "generated": Timestamp.iso8601(report.generatedAt),
            ]
        ) { xml in
            xml.text("title", report.title)
            xml.text("selection", report.selection)
            write(report.provenance, to: &xml)
            xml.element("tasks") { xml in
                for task in report.tasks { write(task, to: &xml) }
            }
            for dataset in report.datasets { write(dataset, names: names, to: &xml) }
            for averaging in Report.AveragingProtocol.allCases {
                xml.text("averaging", averaging.rule, ["id": averaging.rawValue])
            }
            for system in report.systems { write(system, names: names, to: &xml) }
            for run in report.runs { write(run, names: names, to: &xml) }
            for result in report.results { write(result, names: names, to: &xml) }
            for average in report.averages { write(average, names: names, to: &xml) }
            for comparison in report.comparisons { write(comparison, names: names, to: &xml) }
            for tier in report.tiers {
                xml.element("tier", ["rank": String(tier.rank)]) { xml in
                    for system in tier.systems { xml.element("member", ["system": names.system(system)]) }
                }
            }
            for standing in report.standings { write(standing, names: names, to: &xml) }
            for flips in report.flips { write(flips, names: names, to: &xml) }
            for slices in report.slices { write(slices, names: names, to: &xml) }
            for (index, table) in report.published.enumerated() { write(table, id: "p\(index + 1)", to: &xml) }
            for note in report.notes { write(note, to: &xml) }
        }
        return try xml.finish()
    }

    private static func write(_ provenance: Report.Provenance, to xml: inout XMLWriter) {
        xml.element(
            "provenance",
            [
                "modified": String(provenance.isModified), "cores": String(provenance.cores),
                "databaseSchema": String(provenance.databaseSchema),
            ]
        ) { xml in
            xml.text("version", provenance.version)
            xml.text("commit", provenance.commit)
            xml.text("host", provenance.host)
            xml.text("operatingSystem", provenance.operatingSystem)
            xml.text("cpu", provenance.cpu)
            xml.text("device", provenance.device)
            xml.text("database", provenance.database)
        }
    }

    private static func write(_ task: BenchmarkTask, to xml: inout XMLWriter) {
        xml.element("task", ["id": task.rawValue]) { xml in
            for metric in task.metrics { xml.element("metric", ["name": metric]) }
            xml.text("score", task.scoreRule)
        }
    }

    private static func write(_ dataset: Report.Dataset, names: XMLNames, to xml: inout XMLWriter) {
        xml.element(
            "dataset",
            [
                "id": names.dataset(dataset.id), "task": dataset.task?.rawValue, "origin": dataset.origin.rawValue,
                "examples": String(dataset.examples),
            ]
        ) { xml in
            xml.text("name", dataset.id)
            xml.text("split", dataset.split)
            xml.text("release", dataset.release)
            for file in dataset.files {
                xml.text("file", file.name, ["sha256": file.sha256, "bytes": file.bytes.map { String($0) }])
            }
        }
    }

    private static func write(_ system: Report.System, names: XMLNames, to xml: inout XMLWriter) {
        xml.element(
            "system",
            [
                "id": names.system(system.id), "parameters": system.parameters.map { String($0) },
                "weightsSha256": system.weightsSHA256,
            ]
        ) { xml in
            xml.text("key", system.id)
            xml.text("name", system.name)
            xml.text("summary", system.summary)
            xml.text("origin", system.origin)
        }
    }

    static func write(_ note: Report.Note, to xml: inout XMLWriter) {
        xml.element("note", ["severity": note.severity.rawValue]) { xml in
            xml.text("code", note.code)
            xml.text("message", note.message)
        }
    }
}

/// Ids of a canonical report's parts: names come from users and need not be XML names.
struct XMLNames {
    private let systems: [ExactText: String]
    private let datasets: [ExactText: String]

    init(_ report: Report) {
        systems = Self.number(report.systems.map(\.id), prefix: "s")
        datasets = Self.number(report.datasets.map(\.id), prefix: "d")
    }

    func system(_ id: String) -> String { systems[ExactText(id), default: ""] }
    func dataset(_ id: String) -> String { datasets[ExactText(id), default: ""] }

    private static func number(_ ids: [String], prefix: String) -> [ExactText: String] {
        var names: [ExactText: String] = [:]
        for (index, id) in ids.enumerated() { names[ExactText(id)] = "\(prefix)\(index + 1)" }
        return names
    }
}
