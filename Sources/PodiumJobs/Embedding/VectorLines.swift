import Foundation
package import PodiumCore

/// Vectors as JSON lines, in the layout of the release's `extract_features.py`.
package enum VectorLines {
    /// One text's line: its number, and of every token or word, or of the text, each layer's vector.
    ///
    /// Numbers have six decimals, as there.
    package static func line(_ rows: [Embedder.Row], number: Int, options: EmbeddingOptions) -> [UInt8] {
        var line = Array(#"{"linex_index": \#(number), "#.utf8)
        switch options.pool {
        case .none, .word:
            line += #""features": ["#.utf8
            for (place, row) in rows.enumerated() {
                if place > 0 { line += ", ".utf8 }
                line += #"{"token": \#(quoted(row.token ?? "")), "#.utf8
                append(row, options, to: &line)
                line += "}".utf8
            }
            line += "]".utf8
        case .cls, .mean:
            for row in rows { append(row, options, to: &line) }
        }
        line += "}\n".utf8
        return line
    }

    private static func append(_ row: Embedder.Row, _ options: EmbeddingOptions, to line: inout [UInt8]) {
        line += #""layers": ["#.utf8
        for (place, vector) in row.vectors.enumerated() {
            if place > 0 { line += ", ".utf8 }
            let layers = options.layers.map(String.init).joined(separator: ", ")
            let index = options.usedCombination == .separate ? "\(options.layers[place])" : "[\(layers)]"
            line += #"{"index": \#(index), "values": ["#.utf8
            for (column, value) in vector.enumerated() {
                if column > 0 { line += ", ".utf8 }
                line += "\((Double(value) * 1e6).rounded() / 1e6)".utf8
            }
            line += "]}".utf8
        }
        line += "]".utf8
    }

    private static func quoted(_ text: String) -> String {
        (try? String(decoding: JSONEncoder().encode(text), as: UTF8.self)) ?? "\"\""
    }
}
