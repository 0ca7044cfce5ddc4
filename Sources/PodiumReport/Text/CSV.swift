/// Comma-separated values (RFC 4180, lines end in LF).
package enum CSV {
    package static func text(_ rows: [[String]]) -> String {
        rows.map { $0.map(field).joined(separator: ",") + "\n" }.joined()
    }

    /// Quotes a field that holds a comma, a quote or a line break.
    static func field(_ text: String) -> String {
        let special: Set<Unicode.Scalar> = [",", "\"", "\n", "\r"]
        guard text.unicodeScalars.contains(where: special.contains) else { return text }
        var output = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" { output += "\"" }
            output.unicodeScalars.append(scalar)
        }
        return output + "\""
    }
}
