package import PodiumCore
internal import PodiumFiles
internal import PodiumPrimitives

/// Reads GLUE's official tables.
package enum GLUEFile {
    package enum Split: String, Sendable, CaseIterable {
        case train, dev, test
    }

    /// A file's examples and what could not be read of it.
    package struct Content: Sendable {
        /// In the file's order, numbered by it.
        package var examples: [LabelledText]
        /// Lines of rows that were left out, counted from 1.
        package var skippedLines: [Int]
    }

    /// Rows that may be left out of any training file, and the share of a large one.
    ///
    /// The official training set of QQP has a few records over two lines, which every reader of it leaves out.
    private static let skippedRows = 4
    private static let skippedShare = 0.01

    /// The examples of a file, in its order.
    ///
    /// Rows of a training file that do not have the header's columns are left out, as long as they are few.
    /// Of a set that is scored none is: predictions are numbered by its rows.
    /// - Parameters:
    ///   - name: the file's name, for messages.
    ///   - split: test files have no labels, and CoLA's alone has a header.
    package static func read(
        task: BenchmarkTask,
        split: Split,
        bytes: [UInt8],
        name: String
    ) throws(DataError) -> Content {
        precondition(!task.isSQuAD, "SQuAD is no table")
        let table = try table(bytes, hasHeader: task != .cola || split == .test, name: name)
        guard !table.rows.isEmpty else { throw DataError(.empty, "the file has no rows", file: name) }
        let columns = try Columns(task: task, split: split, table: table, name: name)
        let width = table.header.isEmpty ? Self.colaColumns : table.header.count
        let skipped = table.rows.filter { $0.fields.count != width }
        let allowed = split == .train ? max(skippedRows, Int(Double(table.rows.count) * skippedShare)) : 0
        if let first = skipped.first, skipped.count > allowed {
            let more = skipped.count > 1 ? ", and so have \(skipped.count - 1) more rows" : ""
            throw DataError(
                .missingColumn,
                "the row has \(NumberText.count(first.fields.count, "column")) where the file has \(width)\(more); "
                    + "a tab or a line feed inside a text would do that",
                file: name,
                line: first.line
            )
        }
        var examples: [LabelledText] = []
        examples.reserveCapacity(table.rows.count)
        for row in table.rows where row.fields.count == width {
            let label = try columns.label.map { (column) throws(DataError) in
                try check(row.text(column), task: task, SourcePlace(file: name, line: row.line, column: column + 1))
            }
            examples.append(
                LabelledText(
                    id: String(examples.count),
                    first: row.text(columns.first),
                    second: columns.second.map { row.text($0) },
                    label: label
                )
            )
        }
        guard !examples.isEmpty else { throw DataError(.empty, "the file has no rows that can be read", file: name) }
        return Content(examples: examples, skippedLines: skipped.map(\.line))
    }

    /// Source, label, the author's mark, sentence.
    private static let colaColumns = 4

    private static func table(_ bytes: [UInt8], hasHeader: Bool, name: String) throws(DataError) -> TabSeparated {
        do throws(FileError) {
            return try TabSeparated(bytes, hasHeader: hasHeader)
        } catch {
            throw DataError(error.inFile(name))
        }
    }

    private static func check(_ label: String, task: BenchmarkTask, _ place: SourcePlace) throws(DataError) -> String {
        switch task.output {
        case .classification(let labels):
            guard labels.contains(label) else {
                throw DataError(
                    .invalidLabel,
                    "\"\(label)\" is no label of \(task.shortName); it has \(labels.joined(separator: ", "))",
                    at: place
                )
            }
        case .regression(let lower, let upper):
            guard let value = Double(label), value >= lower, value <= upper else {
                throw DataError(
                    .invalidLabel,
                    "\"\(label)\" is no score of \(task.shortName), a number from \(lower) to \(upper)",
                    at: place
                )
            }
        case .span: preconditionFailure("SQuAD is no table")
        }
        return label
    }

    /// Where a task's texts and label stand.
    private struct Columns {
        var first: Int
        var second: Int?
        var label: Int?

        init(task: BenchmarkTask, split: Split, table: TabSeparated, name: String) throws(DataError) {
            func column(_ names: String...) throws(DataError) -> Int {
                for name in names {
                    if let index = table.column(name) { return index }
                }
                throw DataError(
                    .missingColumn,
                    "the column \(names.joined(separator: " or ")) is missing; the header has: "
                        + table.header.joined(separator: ", "),
                    file: name,
                    line: table.headerLine
                )
            }
            let labelled = split != .test
            switch task {
            case .cola:
                // source, label, the author's mark, sentence; the test file: index, sentence
                first = labelled ? 3 : try column("sentence")
                label = labelled ? 1 : nil
            case .sst2:
                first = try column("sentence")
                label = labelled ? try column("label") : nil
            case .mrpc:
                first = try column("#1 String")
                second = try column("#2 String")
                label = labelled ? try column("Quality") : nil
            case .qqp:
                first = try column("question1")
                second = try column("question2")
                label = labelled ? try column("is_duplicate") : nil
            case .stsb:
                first = try column("sentence1")
                second = try column("sentence2")
                label = labelled ? try column("score") : nil
            case .mnli:
                first = try column("sentence1")
                second = try column("sentence2")
                label = labelled ? try column("gold_label") : nil
            case .qnli:
                first = try column("question")
                second = try column("sentence")
                label = labelled ? try column("label") : nil
            case .rte, .wnli:
                first = try column("sentence1")
                second = try column("sentence2")
                label = labelled ? try column("label") : nil
            case .ax:
                first = try column("sentence1", "Premise")
                second = try column("sentence2", "Hypothesis")
                label = table.column("Label")
            case .squadV1, .squadV2: preconditionFailure("SQuAD is no table")
            }
        }
    }
}
