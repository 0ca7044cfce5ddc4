package import PodiumCore

/// Reads GLUE's official tables.
package enum GLUEFile {
    package enum Split: String, Sendable, CaseIterable {
        case train, dev, test
    }

    /// The examples of a file, in its order.
    ///
    /// - Parameters:
    ///   - name: the file's name, for messages.
    ///   - split: test files have no labels, and CoLA's alone has a header.
    package static func examples(
        task: BenchmarkTask,
        split: Split,
        bytes: [UInt8],
        name: String
    ) throws(DataError) -> [LabelledText] {
        precondition(!task.isSQuAD, "SQuAD is no table")
        let table = try TabSeparated(bytes, name: name, hasHeader: task != .cola || split == .test)
        let columns = try Columns(task: task, split: split, table: table)
        var result: [LabelledText] = []
        result.reserveCapacity(table.rows.count)
        for (number, row) in table.rows.enumerated() {
            var label: String?
            if let column = columns.label {
                let text = try table.field(column, of: row)
                label = try check(text, task: task, place: "\(name):\(row.line):\(column + 1)")
            }
            result.append(
                LabelledText(
                    id: String(number),
                    first: try table.field(columns.first, of: row),
                    second: try columns.second.map { (column) throws(DataError) in try table.field(column, of: row) },
                    label: label
                )
            )
        }
        return result
    }

    private static func check(_ label: String, task: BenchmarkTask, place: String) throws(DataError) -> String {
        switch task.output {
        case .classification(let labels):
            guard labels.contains(label) else {
                throw DataError(
                    .invalidLabel,
                    "\(place): \"\(label)\" is no label of \(task.shortName); it has \(labels.joined(separator: ", "))"
                )
            }
        case .regression(let lower, let upper):
            guard let value = Double(label), value >= lower, value <= upper else {
                throw DataError(
                    .invalidLabel,
                    "\(place): \"\(label)\" is no score of \(task.shortName), a number from \(lower) to \(upper)"
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

        init(task: BenchmarkTask, split: Split, table: TabSeparated) throws(DataError) {
            let labelled = split != .test
            switch task {
            case .cola:
                // source, label, the author's mark, sentence; the test file: index, sentence
                first = labelled ? 3 : try table.column("sentence")
                label = labelled ? 1 : nil
            case .sst2:
                first = try table.column("sentence")
                label = labelled ? try table.column("label") : nil
            case .mrpc:
                first = try table.column("#1 String")
                second = try table.column("#2 String")
                label = labelled ? try table.column("Quality") : nil
            case .qqp:
                first = try table.column("question1")
                second = try table.column("question2")
                label = labelled ? try table.column("is_duplicate") : nil
            case .stsb:
                first = try table.column("sentence1")
                second = try table.column("sentence2")
                label = labelled ? try table.column("score") : nil
            case .mnli:
                first = try table.column("sentence1")
                second = try table.column("sentence2")
                label = labelled ? try table.column("gold_label") : nil
            case .qnli:
                first = try table.column("question")
                second = try table.column("sentence")
                label = labelled ? try table.column("label") : nil
            case .rte, .wnli:
                first = try table.column("sentence1")
                second = try table.column("sentence2")
                label = labelled ? try table.column("label") : nil
            case .ax:
                first = try table.column("sentence1", "Premise")
                second = try table.column("sentence2", "Hypothesis")
                label = try? table.column("Label")
            case .squadV1, .squadV2: preconditionFailure("SQuAD is no table")
            }
        }
    }
}
