import Foundation
package import PodiumCore
import PodiumFiles

/// Predictions as JSON lines: what a run leaves behind for its worker and for reports.
package enum PredictionLog {
    package static func write(_ predictions: [ExamplePrediction], to path: String) throws -> Artifact {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var bytes: [UInt8] = []
        for prediction in predictions {
            bytes += try encoder.encode(prediction)
            bytes.append(UInt8(ascii: "\n"))
        }
        try AtomicFile.write(path) { (writer) throws(FileError) in try writer.append(bytes) }
        return Artifact(
            kind: .predictions,
            path: path,
            sha256: Digest.sha256(bytes),
            bytes: Int64(bytes.count)
        )
    }

    package static func read(_ path: String) throws -> [ExamplePrediction] {
        let decoder = JSONDecoder()
        return try Data(contentsOf: URL(fileURLWithPath: path)).split(separator: UInt8(ascii: "\n")).map { line in
            try decoder.decode(ExamplePrediction.self, from: Data(line))
        }
    }
}
