internal import PodiumFiles
internal import PodiumPrimitives

/// A GLUE predictions file: header `index<TAB>prediction`, then one row per example.
package enum PredictionsFile {
    package static let header = "index\tprediction"

    /// Reads rows; errors name the line.
    ///
    /// A byte-order mark and CR LF are accepted, quotes are text.
    package static func read(_ bytes: [UInt8]) throws(EvalError) -> [LabelledRow] {
        let table: TabSeparated
        do throws(FileError) {
            table = try TabSeparated(bytes, hasHeader: true)
        } catch {
            throw EvalError(error)
        }
        let found = table.header.joined(separator: "\t")
        guard table.headerLine == 1, found == header else {
            throw malformed("expected the header index<TAB>prediction, found \(quoted(found))", line: 1)
        }
        if let line = table.blankLines.first {
            throw malformed("expected index, one tab, prediction; the line is empty", line: line)
        }
        var lineOfID: [ExactText: Int] = [:]
        return try table.rows.map { (row) throws(EvalError) in
            guard row.fields.count == 2, row.fields.allSatisfy({ !$0.isEmpty }) else {
                let line = row.fields.indices.map { row.text($0) }.joined(separator: "\t")
                throw malformed("expected index, one tab, prediction; found \(quoted(line))", line: row.line)
            }
            if let earlier = lineOfID.updateValue(row.line, forKey: ExactText(bytes: Array(row.fields[0]))) {
                throw malformed("index \(row.text(0)) was already on line \(earlier)", line: row.line)
            }
            return LabelledRow(id: row.text(0), label: row.text(1))
        }
    }

    private static func malformed(_ message: String, line: Int) -> EvalError {
        EvalError(.malformed, message, at: SourcePlace(line: line))
    }

    /// The file's bytes for rows in this order, lines ended by LF.
    package static func write(_ rows: [LabelledRow]) -> [UInt8] {
        var bytes = Array(header.utf8) + [0x0A]
        for row in rows {
            bytes += row.id.utf8
            bytes.append(0x09)
            bytes += row.label.utf8
            bytes.append(0x0A)
        }
        return bytes
    }

    /// At most 60 characters of a line, tabs shown.
    private static func quoted(_ line: String) -> String {
        "\"" + line.prefix(60).replacing("\t", with: "<TAB>") + (line.count > 60 ? "…\"" : "\"")
    }
}
