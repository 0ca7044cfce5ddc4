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
    ///
    /// Without `JSONDecoder`, which takes ten times as long: a report reads millions of lines.
    /// - Parameter traits: whether what is known of the inputs is wanted.
    package static func read(_ path: String, traits wantsTraits: Bool = true) throws -> [ExamplePrediction] {
        let bytes = try FileContent.read(path)
        var predictions: [ExamplePrediction] = []
        predictions.reserveCapacity(bytes.count / 100)
        var scanner = try JSONScanner(bytes)
        while try scanner.peek() != nil {
            predictions.append(try prediction(&scanner, path: path, wantsTraits: wantsTraits))
        }
        return predictions
    }

    private static func prediction(
        _ scanner: inout JSONScanner,
        path: String,
        wantsTraits: Bool
    ) throws -> ExamplePrediction {
        var split: DataSplit?
        var (example, answer): (String?, String?) = (nil, nil)
        var (gold, group): (String?, String?) = (nil, nil)
        var score: Double?
        var traits: InputTraits?
        try scanner.object { (scanner, key) throws(FileError) in
            if scanner.matches(key, "example") {
                example = try scanner.string().description
            } else if scanner.matches(key, "prediction") {
                answer = try scanner.string().description
            } else if scanner.matches(key, "gold") {
                gold = try scanner.string().description
            } else if scanner.matches(key, "score") {
                score = try scanner.number()
            } else if scanner.matches(key, "split") {
                split = DataSplit(rawValue: try scanner.string().description)
            } else if scanner.matches(key, "group") {
                group = try scanner.null() ? nil : scanner.string().description
            } else if wantsTraits, scanner.matches(key, "traits") {
                traits = try scanner.null() ? nil : Self.traits(&scanner)
            } else {
                try scanner.skipValue()
            }
        }
        guard let split, let score, let example, let answer, let gold else {
            throw LibraryError(.malformed, "\(path): a line is no prediction")
        }
        return ExamplePrediction(
            split: split,
            example: example,
            prediction: answer,
            gold: gold,
            score: score,
            group: group,
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
