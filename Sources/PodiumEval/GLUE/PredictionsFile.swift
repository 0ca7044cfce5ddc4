/// A GLUE predictions file: header `index<TAB>prediction`, then one row per example.
package enum PredictionsFile {
    package static let header = "index\tprediction"

    /// Reads rows; errors name the line.
    ///
    /// A byte-order mark and CR LF are accepted, quotes are text.
    package static func read(_ bytes: [UInt8]) throws(EvalError) -> [LabelledRow] {
        if let bad = UTF8Check.firstInvalidOffset(bytes) {
            let line = bytes[..<bad].count { $0 == 0x0A } + 1
            throw EvalError(.malformed, "line \(line): the text is not UTF-8")
        }
        let body = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        var rows: [LabelledRow] = []
        var lineOfID: [ExactText: Int] = [:]
        var number = 0
        for var line in body.split(separator: 0x0A, omittingEmptySubsequences: false) {
            number += 1
            if line.last == 0x0D { line = line.dropLast() }
            if number == 1 {
                try checkHeader(line)
                continue
            }
            if line.isEmpty, line.endIndex >= body.endIndex - 1 { break }
            let fields = line.split(separator: 0x09, omittingEmptySubsequences: false)
            guard fields.count == 2, !fields[0].isEmpty, !fields[1].isEmpty else {
                throw EvalError(
                    .malformed,
                    "line \(number): expected index, one tab, prediction; found \(quoted(line))"
                )
            }
            if let earlier = lineOfID.updateValue(number, forKey: ExactText(bytes: Array(fields[0]))) {
                throw EvalError(.malformed, "line \(number): index \(text(fields[0])) was already on line \(earlier)")
            }
            rows.append(LabelledRow(id: text(fields[0]), label: text(fields[1])))
        }
        return rows
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

    private static func checkHeader(_ line: ArraySlice<UInt8>) throws(EvalError) {
        guard line.elementsEqual(header.utf8) else {
            throw EvalError(.malformed, "line 1: expected the header index<TAB>prediction, found \(quoted(line))")
        }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    /// At most 60 bytes of a line, tabs shown.
    private static func quoted(_ line: ArraySlice<UInt8>) -> String {
        "\"" + text(line.prefix(60)).replacing("\t", with: "<TAB>") + (line.count > 60 ? "…\"" : "\"")
    }
}
