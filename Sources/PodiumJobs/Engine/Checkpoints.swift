import Foundation
import PodiumBERT
import PodiumCore
import PodiumFiles

/// Saves a training's state into the attempt's folder and finds the one to go on from.
struct Checkpoints {
    let context: JobContext
    private var kept: [String] = []

    /// The newest may not be known to the store yet when the engine dies, so the one before it stays too.
    private static let keep = 2
    private static let secondsKey = "podium.seconds"

    init(context: JobContext) {
        self.context = context
    }

    /// Takes over the checkpoint of an earlier attempt, if there is one and it is whole.
    ///
    /// - Returns: seconds of training that went into it.
    func resume(_ trainer: Trainer) throws -> Double {
        guard let checkpoint = context.assignment.checkpoint else { return 0 }
        guard FileManager.default.fileExists(atPath: checkpoint.path),
            try Digest.sha256(file: checkpoint.path) == checkpoint.sha256
        else {
            context.log(
                "the checkpoint of step \(checkpoint.step), \(checkpoint.path), is missing or damaged; starting from step 0",
                level: .warning
            )
            return 0
        }
        let facts = try trainer.resume(from: checkpoint.path)
        context.log("resumed from the checkpoint of step \(trainer.step)")
        return facts[Self.secondsKey].flatMap(Double.init) ?? 0
    }

    /// Saves and tells the worker; older ones of this attempt go.
    mutating func save(_ trainer: Trainer, seconds: Double) throws {
        let folder = context.path("checkpoints")
        try Folder.make(folder)
        let path = "\(folder)/step-\(trainer.step).safetensors"
        let file = try trainer.save(to: path, metadata: [Self.secondsKey: "\(seconds)"])
        context.say(
            .checkpoint(CheckpointFile(step: trainer.step, path: path, sha256: file.sha256, bytes: file.bytes))
        )
        kept.append(path)
        while kept.count > Self.keep { try? FileManager.default.removeItem(atPath: kept.removeFirst()) }
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
