package import PodiumCore
import PodiumFiles

/// Predictions as JSON lines: what a run leaves behind for its worker and for reports.
package enum PredictionLog {
    package static func write(_ predictions: [ExamplePrediction], to path: String) throws -> Artifact {
        let bytes = try JSONLines.bytes(predictions)
        try AtomicFile.write(bytes, to: path)
        return Artifact(
            kind: .predictions,
            path: path,
            sha256: Digest.sha256(bytes),
            bytes: Int64(bytes.count)
        )
    }

    package static func read(_ path: String) throws -> [ExamplePrediction] {
        try JSONLines.read(ExamplePrediction.self, path)
    }
}
