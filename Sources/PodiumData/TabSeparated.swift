/// The rows of a tab-separated file in GLUE's dialect: no quoting, LF or CR LF, perhaps a byte-order mark.
struct TabSeparated {
    struct Row {
        /// Counted from 1.
        let line: Int
        let fields: [Substring]
    }

    let name: String
    /// Nil for a file without a header.
    let header: [Substring]?
    let rows: [Row]

    init(_ bytes: [UInt8], name: String, hasHeader: Bool) throws(DataError) {
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        guard let text = String(validating: bytes[start...], as: UTF8.self) else {
            throw DataError(.invalidUTF8, "\(name):\(Self.lineOfBadUTF8(bytes)): the line is not UTF-8")
        }
        var rows: [Row] = []
        var number = 0
        for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let content = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            if content.isEmpty { continue }
            let fields = content.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
            rows.append(Row(line: number, fields: fields.map { Substring($0) }))
        }
        self.name = name
        header = hasHeader ? rows.first?.fields : nil
        self.rows = hasHeader ? Array(rows.dropFirst()) : rows
        guard !self.rows.isEmpty else { throw DataError(.empty, "\(name): the file has no rows") }
    }

    /// The position of a column by its header, or an error that lists what is there.
    func column(_ names: String...) throws(DataError) -> Int {
        for name in names {
            if let index = header?.firstIndex(where: { $0.utf8.elementsEqual(name.utf8) }) { return index }
        }
        let there = (header ?? []).joined(separator: ", ")
        throw DataError(
            .missingColumn,
            "\(name):1: the column \(names.joined(separator: " or ")) is missing; the header has: \(there)"
        )
    }

    /// A field of a row, or an error with its place.
    func field(_ column: Int, of row: Row) throws(DataError) -> String {
        guard column < row.fields.count else {
            throw DataError(
                .missingColumn,
                "\(name):\(row.line): the row has \(row.fields.count) columns; column \(column + 1) is needed"
            )
        }
        return String(row.fields[column])
    }

    private static func lineOfBadUTF8(_ bytes: [UInt8]) -> Int {
        var number = 1
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if String(validating: line, as: UTF8.self) == nil { return number }
            number += 1
        }
        return number
    }
}
