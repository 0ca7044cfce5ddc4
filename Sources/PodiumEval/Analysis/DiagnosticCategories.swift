internal import PodiumFiles
internal import PodiumPrimitives

/// The linguistic categories that GLUE's diagnostic set gives its examples.
package enum DiagnosticCategories {
    /// The columns that hold categories.
    package static let columns = ["Lexical Semantics", "Predicate-Argument Structure", "Logic", "Knowledge"]

    /// Slices of every example, by its row number, from the labelled file (`diagnostic-full.tsv`).
    ///
    /// A cell may name several categories, separated by semicolons. Empty if the file has none of the columns.
    package static func slices(tsv bytes: [UInt8]) throws(EvalError) -> [String: [PredictionDiff.SliceKey]] {
        let table: TabSeparated
        do throws(FileError) {
            table = try TabSeparated(bytes, hasHeader: true)
        } catch {
            throw EvalError(error)
        }
        let places = columns.compactMap { name in table.column(name).map { (name: name, column: $0) } }
        guard !places.isEmpty else { return [:] }
        var slices: [String: [PredictionDiff.SliceKey]] = [:]
        for (number, row) in table.rows.enumerated() {
            guard row.fields.count == table.header.count else {
                throw EvalError(
                    .malformed,
                    "\(row.fields.count) columns where the header has \(table.header.count)",
                    at: SourcePlace(line: row.line)
                )
            }
            slices[String(number)] = places.flatMap { place in
                row.text(place.column).split(separator: ";").compactMap { part in
                    let name = part.drop { $0 == " " }
                    return name.isEmpty ? nil : PredictionDiff.SliceKey(place.name, String(name))
                }
            }
        }
        return slices
    }
}
