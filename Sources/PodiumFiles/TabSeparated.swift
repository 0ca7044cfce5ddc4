internal import PodiumPrimitives

/// The rows of a tab-separated file: no quoting, LF or CR LF, perhaps a byte-order mark.
package struct TabSeparated: Sendable {
    package struct Row: Sendable {
        /// Counted from 1.
        package let line: Int
        /// UTF-8.
        package let fields: [ArraySlice<UInt8>]

        package func text(_ column: Int) -> String {
            String(decoding: fields[column], as: UTF8.self)
        }
    }

    /// The first line's fields; empty for a file without a header, or an empty one.
    package let header: [String]
    /// Counted from 1; nil without a header.
    package let headerLine: Int?
    /// Empty lines are left out.
    package let rows: [Row]
    /// Empty lines that have others after them, counted from 1.
    package let blankLines: [Int]

    /// - Parameter hasHeader: whether the first line that is not empty names columns.
    package init(_ bytes: [UInt8], hasHeader: Bool) throws(FileError) {
        if let line = Self.firstLineThatIsNotUTF8(bytes) {
            throw FileError(.notUTF8, "the line is not UTF-8", at: SourcePlace(line: line))
        }
        var rows: [Row] = []
        var blank: [Int] = []
        var number = 0
        for line in bytes[bytes.byteOrderMarkLength...].split(separator: 0x0A, omittingEmptySubsequences: false) {
            number += 1
            let content = line.last == 0x0D ? line.dropLast() : line
            if content.isEmpty {
                blank.append(number)
                continue
            }
            rows.append(Row(line: number, fields: content.split(separator: 0x09, omittingEmptySubsequences: false)))
        }
        let last = rows.last?.line ?? 0
        blankLines = blank.filter { $0 < last }
        headerLine = hasHeader ? rows.first?.line : nil
        header =
            hasHeader ? (rows.first?.fields ?? []).map { String(decoding: $0, as: UTF8.self) } : []
        self.rows = hasHeader ? Array(rows.dropFirst()) : rows
    }

    /// The position of a column by its header.
    package func column(_ name: String) -> Int? {
        header.firstIndex { $0.utf8.elementsEqual(name.utf8) }
    }

    private static func firstLineThatIsNotUTF8(_ bytes: [UInt8]) -> Int? {
        if String(validating: bytes, as: UTF8.self) != nil { return nil }
        var number = 1
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            if String(validating: line, as: UTF8.self) == nil { return number }
            number += 1
        }
        return number
    }
}
