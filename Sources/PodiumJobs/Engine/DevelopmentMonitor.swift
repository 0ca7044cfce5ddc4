import Foundation
import PodiumCore
import PodiumGraph

/// Looks at the development set while training goes on: when to stop, and which model to keep.
package final class DevelopmentMonitor {
    /// One look.
    package struct Look: Codable, Equatable, Sendable {
        package var step: Int
        /// Nil where the score is undefined.
        package var score: Double?
    }

    /// The model that had the best score so far.
    package struct Best: Codable, Equatable, Sendable {
        package var step: Int
        package var share: Double?
        package var score: Double
        package var folder: String
    }

    /// What a checkpoint carries of it.
    private struct Record: Codable {
        var looks: [Look] = []
        var best: Best?
        /// Every model that was kept, for removal.
        var folders: [String] = []
    }

    private static let key = "podium.development"

    private let context: JobContext
    private let every: Int
    private let patience: Int?
    private let keepsBest: Bool
    private let score: () throws -> Double?
    private let write: Snapshots.Write
    private var record = Record()
    /// Whether training ended before its time.
    package private(set) var hasStopped = false

    /// - Parameters:
    ///   - every: steps from one look to the next; the last step is looked at too.
    ///   - patience: so many looks without a better score end training; nil never does.
    ///   - score: of the model as it is, larger is better.
    ///   - write: writes the model as it is into a folder.
    package init(
        context: JobContext,
        every: Int,
        patience: Int?,
        keepsBest: Bool,
        score: @escaping () throws -> Double?,
        write: @escaping Snapshots.Write
    ) {
        (self.context, self.every, self.patience, self.keepsBest) = (context, every, patience, keepsBest)
        (self.score, self.write) = (score, write)
    }

    package var looks: [Look] { record.looks }
    package var best: Best? { record.best }

    func metadata() throws -> [String: String] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return [Self.key: String(decoding: try encoder.encode(record), as: UTF8.self)]
    }

    /// Takes over what a checkpoint carries.
    func restore(_ metadata: [String: String]) throws {
        record = try metadata[Self.key].map { try JSONDecoder().decode(Record.self, from: Data($0.utf8)) } ?? Record()
        // Another machine wrote it, perhaps, and its data directory has another path.
        if let folder = record.best?.folder { record.best?.folder = context.assignment.here(folder) }
        record.folders = record.folders.map(context.assignment.here)
        guard keepsBest, let best = record.best, !FileManager.default.fileExists(atPath: best.folder) else { return }
        throw JobError(
            .infrastructure,
            "\(best.folder): the best model so far, of step \(best.step), is gone; delete the run's checkpoints to start anew"
        )
    }

    func isDue(step: Int) -> Bool { step % every == 0 }

    /// Scores the model as it is, unless this step was looked at already.
    ///
    /// - Returns: whether training should end.
    func look(step: Int, share: Double?) throws -> Bool {
        guard record.looks.last?.step != step else { return hasStopped }
        let score = try score()
        record.looks.append(Look(step: step, score: score))
        context.log("development score at step \(step): \(score.map { "\($0)" } ?? "undefined")")
        if let score, score > record.best?.score ?? -.infinity {
            var folder = ""
            if keepsBest {
                folder = "\(context.path("snapshots"))/best-\(step)"
                if context.ranks.isFirst { _ = try write(folder) }
                record.folders.append(folder)
            }
            record.best = Best(step: step, share: share, score: score, folder: folder)
        }
        if let patience {
            let since = record.looks.count - 1 - (record.looks.lastIndex { $0.step == record.best?.step } ?? -1)
            hasStopped = since >= patience
            if hasStopped {
                context.log("no better development score in \(since) looks: training ends at step \(step)")
            }
        }
        return hasStopped
    }

    /// Removes the models that were kept on the way, of earlier attempts too.
    func removeModels() {
        guard context.ranks.isFirst else { return }
        for folder in record.folders { try? FileManager.default.removeItem(atPath: folder) }
    }
}
