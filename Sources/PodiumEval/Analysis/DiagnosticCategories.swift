/// The linguistic categories that GLUE's diagnostic set gives its examples.
package enum DiagnosticCategories {
    /// The columns that hold categories.
    package static let columns = ["Lexical Semantics", "Predicate-Argument Structure", "Logic", "Knowledge"]

    /// Slices of every example, by its row number, from the labelled file (`diagnostic-full.tsv`).
    ///
    /// A cell may name several categories, separated by semicolons. Empty if the file has none of the columns.
    package static func slices(tsv bytes: [UInt8]) throws(EvalError) -> [String: [PredictionDiff.SliceKey]] {
        if let bad = UTF8Check.firstInvalidOffset(bytes) {
            throw EvalError(.malformed, "line \(bytes[..<bad].count { $0 == 0x0A } + 1): the text is not UTF-8")
        }
        let lines = bytes.split(separator: 0x0A).map { $0.last == 0x0D ? $0.dropLast() : $0 }
        func fields(_ line: ArraySlice<UInt8>) -> [String] {
            line.split(separator: 0x09, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
        }
        guard let header = lines.first.map(fields) else { return [:] }
        let places = columns.compactMap { name in header.firstIndex(of: name).map { (name: name, column: $0) } }
        guard !places.isEmpty else { return [:] }
        var slices: [String: [PredictionDiff.SliceKey]] = [:]
        for (number, line) in lines.dropFirst().enumerated() {
            let cells = fields(line)
            guard cells.count == header.count else {
                throw EvalError(
                    .malformed,
                    "line \(number + 2): \(cells.count) columns where the header has \(header.count)"
                )
            }
            slices[String(number)] = places.flatMap { place in
                cells[place.column].split(separator: ";").compactMap { part in
                    let name = part.drop { $0 == " " }
                    return name.isEmpty ? nil : PredictionDiff.SliceKey(place.name, String(name))
                }
            }
        }
        return slices
    }
}
