internal import Foundation
internal import PodiumCore
package import PodiumEval
package import PodiumFiles

extension GLUEAverage {
    /// What is read of a score that `podium score glue --json` printed.
    private struct ScoreFile: Decodable {
        var task: String
        var n: Int
        var metrics: [String: Double?]
    }

    /// Averages the scores in files that `podium score glue --json` printed.
    package init(_ rule: Rule, files: [String]) throws {
        try self.init(rule, of: files.map(Self.score))
    }

    /// The average, or an error that says why it has no value.
    package func requireValue() throws -> Double {
        switch outcome {
        case .value(let value): return value
        case .incomplete(let missing):
            let names = missing.map(\.displayName).joined(separator: ", ")
            throw ExperimentError(
                .invalidRequest,
                "the average \(rule.rawValue) needs scores that are missing or partial: \(names)"
            )
        case .undefined(let task, let reason):
            throw ExperimentError(
                .failed,
                "the average \(rule.rawValue) has no value: \(task.displayName): \(reason)"
            )
        }
    }

    package var json: JSONValue {
        .object([.init("protocol", .string(rule.rawValue)), .init("score", value.map { .number($0) } ?? .null)])
    }

    private static func score(in path: String) throws -> GLUEScore {
        let file: ScoreFile
        do {
            file = try JSONDecoder().decode(ScoreFile.self, from: Data(InputFile.bytes(path)))
        } catch is DecodingError {
            throw ExperimentError(.invalidRequest, "\(path): not a score that `podium score glue --json` printed")
        }
        let task = try GLUEInput.task(named: file.task)
        let metrics = file.metrics.sorted { $0.key < $1.key }.map { name, value in
            NamedMetric(name: name, value: value.map { .value($0) } ?? .undefined(reason: "\(name) is null in \(path)"))
        }
        return GLUEScore(task: task, n: file.n, metrics: metrics)
    }
}
