import Foundation
import PodiumBERT
import PodiumCore
import PodiumGraph
import PodiumFiles

/// Saves a training's state into the attempt's folder and finds the one to go on from.
struct Checkpoints {
    let context: JobContext
    /// What the training is made from; a checkpoint of anything else is not gone on from.
    let origin: TrainingOrigin
    private var kept: [String] = []
    /// The newest checkpoint that was saved or resumed from.
    private(set) var last: (step: Int, path: String)?

    /// The newest may not be known to the store yet when the engine dies: then the one before it is wanted.
    private let keep: Int
    /// What the checkpoint that was resumed from says.
    private(set) var facts: [String: String] = [:]
    private static let secondsKey = "podium.seconds"

    init(context: JobContext, origin: TrainingOrigin, keep: Int) {
        self.context = context
        self.keep = keep
        self.origin = origin
    }

    /// Takes over the newest checkpoint of an earlier attempt that is whole and was made from the same things.
    ///
    /// - Parameter totalSteps: nil when time or operations decide.
    /// - Returns: seconds of training that went into it.
    mutating func resume(_ trainer: Trainer, totalSteps: Int?) throws -> Double {
        for record in context.assignment.checkpoints {
            let checkpoint = record.artifact
            let name = "the checkpoint of step \(checkpoint.step ?? 0)"
            guard FileManager.default.fileExists(atPath: checkpoint.path),
                try Digest.sha256(file: checkpoint.path) == checkpoint.sha256
            else {
                context.log("\(name), \(checkpoint.path), is missing or damaged", level: .warning)
                continue
            }
            let saved = try TrainingOrigin(metadata: try Safetensors(path: checkpoint.path).metadata)
            let differences = origin.differences(from: saved)
            guard differences.isEmpty else {
                context.log(
                    "\(name) was made from other input, so training starts again at step 0; "
                        + "different now: \(differences.joined(separator: ", "))",
                    level: .warning
                )
                return 0
            }
            guard checkpoint.step ?? 0 <= totalSteps ?? .max else {
                context.log("\(name) is beyond the last step, \(totalSteps ?? 0)", level: .warning)
                continue
            }
            facts = try trainer.resume(from: checkpoint.path)
            last = (trainer.step, checkpoint.path)
            context.log("resumed from the checkpoint of step \(trainer.step)")
            return facts[Self.secondsKey].flatMap(Double.init) ?? 0
        }
        if !context.assignment.checkpoints.isEmpty {
            context.log("no checkpoint can be gone on from; starting from step 0", level: .warning)
        }
        return 0
    }

    /// Saves and tells the worker; older ones of this attempt go.
    ///
    /// - Parameter extra: further facts to carry.
    mutating func save(
        _ trainer: Trainer,
        seconds: Double,
        share: Double?,
        extra: [String: String] = [:]
    ) throws {
        let folder = context.path("checkpoints")
        let path = "\(folder)/step-\(trainer.step).safetensors"
        // All ranks have made the step, and have the same state.
        try context.ranks.barrier()
        guard context.ranks.isFirst else {
            last = (trainer.step, path)
            return
        }
        try Folder.make(folder)
        var metadata = try origin.metadata().merging(extra) { $1 }
        metadata[Self.secondsKey] = "\(seconds)"
        let file = try trainer.save(to: path, metadata: metadata)
        context.say(
            .artifact(
                Artifact(
                    kind: .checkpoint,
                    step: trainer.step,
                    share: share,
                    path: path,
                    sha256: file.sha256,
                    bytes: file.bytes
                )
            )
        )
        kept.append(path)
        last = (trainer.step, path)
        while kept.count > keep {
            let old = kept.removeFirst()
            try? FileManager.default.removeItem(atPath: old)
            context.say(.removed(path: old))
        }
    }
}

/// Folders that jobs write into.
enum Folder {
    static func make(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw JobError(.infrastructure, "\(path): the folder cannot be made (\(error.localizedDescription))")
        }
    }
}
