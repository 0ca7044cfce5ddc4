package import PodiumCore
package import PodiumFiles

/// The zip archive that GLUE's server takes: eleven files, each a prediction per test example.
package struct GLUESubmission: Sendable {
    /// One of the eleven files.
    package struct File: Hashable, Sendable {
        package var name: String
        package var task: BenchmarkTask
        /// Test examples, numbered from 0.
        package var rows: Int
    }

    /// Exact names and sizes of the official test sets.
    ///
    /// AX is answered by the MNLI model.
    package static let files = [
        File(name: "CoLA.tsv", task: .cola, rows: 1063), File(name: "SST-2.tsv", task: .sst2, rows: 1821),
        File(name: "MRPC.tsv", task: .mrpc, rows: 1725), File(name: "STS-B.tsv", task: .stsb, rows: 1379),
        File(name: "MNLI-m.tsv", task: .mnli, rows: 9796), File(name: "MNLI-mm.tsv", task: .mnli, rows: 9847),
        File(name: "QNLI.tsv", task: .qnli, rows: 5463), File(name: "QQP.tsv", task: .qqp, rows: 390_965),
        File(name: "RTE.tsv", task: .rte, rows: 3000), File(name: "WNLI.tsv", task: .wnli, rows: 146),
        File(name: "AX.tsv", task: .ax, rows: 1104),
    ]

    /// How many test examples there are, by file name, where the test sets are not the official ones.
    package typealias Sizes = [String: Int]

    /// The eleven files with other sizes; a file that `sizes` does not name keeps its official one.
    static func files(_ sizes: Sizes) -> [File] {
        files.map { File(name: $0.name, task: $0.task, rows: sizes[$0.name] ?? $0.rows) }
    }

    /// The file that answers a test set; nil for one that is no part of the benchmark.
    package static func file(task: BenchmarkTask, split: DataSplit) -> File? {
        files.first { $0.task == task && (task != .mnli || ($0.name == "MNLI-m.tsv") == (split == .testMatched)) }
    }

    /// What the checker says about an archive.
    package struct Finding: Hashable, Sendable {
        package enum Severity: String, Hashable, Sendable {
            /// The server would refuse the archive or score it wrongly.
            case error
            /// Allowed, but worth a look.
            case warning
        }

        package var severity: Severity
        package var file: String
        package var message: String

        package init(_ severity: Severity, _ file: String, _ message: String) {
            self.severity = severity
            self.file = file
            self.message = message
        }
    }

    /// The archive for predictions by file name; refused with every reason if the checker would refuse it.
    ///
    /// STS-B is clipped to 0 … 5 and written with three decimals, as the server expects.
    package static func write(
        _ predictions: [String: [LabelledRow]],
        sizes: Sizes = [:]
    ) throws(EvalError) -> ZipArchive {
        var archive = ZipArchive([])
        for file in files {
            guard let rows = predictions[file.name] else { continue }
            var sorted = rows.sorted { (Int($0.id) ?? -1, $0.id) < (Int($1.id) ?? -1, $1.id) }
            if file.task == .stsb { sorted = sorted.map(similarity) }
            archive.files.append(ZipArchive.File(name: file.name, bytes: PredictionsFile.write(sorted)))
        }
        let errors = check(archive, sizes: sizes).filter { $0.severity == .error }
        guard errors.isEmpty else {
            throw EvalError(.incomplete, errors.map { "\($0.file): \($0.message)" }.joined(separator: "\n"))
        }
        return archive
    }

    /// A row with its number clipped and rounded to three decimals; left alone if it is no number.
    private static func similarity(_ row: LabelledRow) -> LabelledRow {
        guard let value = Double(row.label), value.isFinite else { return row }
        let thousandths = Int((min(5, max(0, value)) * 1000).rounded())
        let decimals = String(thousandths % 1000)
        let padded = String(repeating: "0", count: 3 - decimals.count) + decimals
        return LabelledRow(id: row.id, label: "\(thousandths / 1000).\(padded)")
    }
}
