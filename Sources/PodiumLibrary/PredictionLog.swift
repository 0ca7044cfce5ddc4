package import PodiumCore
import PodiumFiles
import PodiumPrimitives

/// Predictions as JSON lines: what a run leaves behind for its worker and for reports.
package enum PredictionLog {
    package static func write(_ predictions: [ExamplePrediction], to path: String) throws -> Artifact {
        try write(predictions, as: .predictions, to: path)
    }

    /// Answers to test sets.
    package static func write(_ predictions: [TestPrediction], to path: String) throws -> Artifact {
        try write(predictions, as: .testPredictions, to: path)
    }

    private static func write(_ lines: [some Encodable], as kind: Artifact.Kind, to path: String) throws -> Artifact {
        let bytes = try JSONLines.bytes(lines)
        try AtomicFile.write(bytes, to: path)
        return Artifact(
            kind: kind,
            path: path,
            sha256: Digest.sha256(bytes),
            bytes: Int64(bytes.count)
        )
    }

    /// Reads what `write` wrote.
    package static func read(_ path: String) throws -> [ExamplePrediction] {
        let bytes = try FileContent.read(path)
        return try bytes.split(separator: UInt8(ascii: "\n")).map { line in
            try prediction(Array(line), path: path)
        }
    }

    /// Without `JSONDecoder`, which takes ten times as long: a report reads millions of lines.
    private static func prediction(_ line: [UInt8], path: String) throws -> ExamplePrediction {
        var scanner = try JSONScanner(line)
        var split: DataSplit?
        var texts: [String: String] = [:]
        var score: Double?
        var traits: InputTraits?
        try scanner.object { (scanner, key) throws(FileError) in
            if scanner.matches(key, "score") {
                score = try scanner.number()
            } else if scanner.matches(key, "split") {
                split = DataSplit(rawValue: try scanner.string().description)
            } else if scanner.matches(key, "traits") {
                traits = try Self.traits(&scanner)
            } else if try scanner.peek() == UInt8(ascii: "\"") {
                texts[scanner.text(of: key).description] = try scanner.string().description
            } else {
                try scanner.skipValue()
            }
        }
        guard let split, let score, let example = texts["example"], let answer = texts["prediction"],
            let gold = texts["gold"]
        else { throw LibraryError(.malformed, "\(path): a line is no prediction") }
        return ExamplePrediction(
            split: split,
            example: example,
            prediction: answer,
            gold: gold,
            score: score,
            group: texts["group"],
            traits: traits
        )
    }

    private static func traits(_ scanner: inout JSONScanner) throws(FileError) -> InputTraits {
        var traits = InputTraits(words: 0, unknownPieces: 0, cutPieces: 0)
        try scanner.object { (scanner, key) throws(FileError) in
            if scanner.matches(key, "words") {
                traits.words = try scanner.integer()
            } else if scanner.matches(key, "unknown") {
                traits.unknownPieces = try scanner.integer()
            } else if scanner.matches(key, "cut") {
                traits.cutPieces = try scanner.integer()
            } else if scanner.matches(key, "windows") {
                traits.windows = try scanner.integer()
            } else if scanner.matches(key, "shared") {
                traits.sharedWords = try scanner.integer()
            } else if scanner.matches(key, "asks") {
                traits.questionWord = try scanner.string().description
            } else {
                try scanner.skipValue()
            }
        }
        return traits
    }

    package static func readTests(_ path: String) throws -> [TestPrediction] {
        try JSONLines.read(TestPrediction.self, path)
    }
}
