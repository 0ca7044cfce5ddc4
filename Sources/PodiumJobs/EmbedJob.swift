import Foundation
import PodiumBERT
import PodiumCore
import PodiumFiles
import PodiumLibrary

/// Makes vectors of texts with a model as it is (`extract_features.py`).
struct EmbedJob {
    private let context: JobContext
    private let work: Embedding

    init(_ context: JobContext, _ work: Embedding) {
        self.context = context
        self.work = work
    }

    func run() throws -> JobOutput {
        let model = try StartingModel(work.model, context)
        let run = EmbeddingRun(
            files: work.texts,
            options: work.options,
            engine: work.engine,
            model: model.directory,
            device: context.device
        )
        let folder = context.path("checkpoints")
        try Folder.make(folder)
        let earlier = context.assignment.checkpoints.first { FileManager.default.fileExists(atPath: $0.artifact.path) }
        let path = context.path("vectors.\(work.options.format.rawValue)")
        var isStarted = false
        var last: String?
        let summary = try run.write(to: path, work: "\(folder)/vectors", earlier: earlier?.artifact.path) {
            done,
            note in
            if !isStarted {
                context.say(.started(totalSteps: 0, trainExamples: 0, resumedFromStep: done.resumedFrom))
                isStarted = true
            }
            // A note of its own for every chunk, since artifacts do not change; the rows that it counts only grow.
            let bytes = try FileContent.read(note)
            let kept = "\(folder)/vectors-\(done.texts).json"
            try AtomicFile.write(bytes, to: kept)
            context.say(
                .artifact(
                    Artifact(
                        kind: .checkpoint,
                        step: done.texts,
                        path: kept,
                        sha256: Digest.sha256(bytes),
                        bytes: Int64(bytes.count)
                    )
                )
            )
            if let last {
                try? FileManager.default.removeItem(atPath: last)
                context.say(.removed(path: last))
            }
            last = kept
            try context.checkStop()
        }
        if let warning = EmbeddingRun.warning(summary) { context.log(warning, level: .warning) }
        var result = RunResult(
            examples: summary.texts,
            modelSummary: model.configuration.summary,
            startWeightsSHA256: try model.directory.weightsSHA256(),
            examplesPerSecond: summary.rate,
            notes: EmbeddingRun.warning(summary).map { [$0] } ?? []
        )
        if let word = work.options.compare {
            let similarity = try WordComparison(word, in: work.texts).similarity(
                model.directory,
                options: work.options,
                engine: work.engine,
                device: context.device
            )
            result.wordSimilarity = similarity
            result.notes.append(similarity.text)
        }
        result.datasets = try work.texts.map { file in
            DatasetUse(
                task: nil,
                split: .test,
                origin: .modified,
                examples: summary.texts,
                files: [
                    DatasetUse.File(
                        name: String(file.split(separator: "/").last ?? ""),
                        sha256: try Digest.sha256(file: file),
                        bytes: try FileSize.bytes(of: file)
                    )
                ]
            )
        }
        let vectors = Artifact(
            kind: .vectors,
            path: path,
            sha256: try Digest.sha256(file: path),
            bytes: try FileSize.bytes(of: path)
        )
        return JobOutput(result, artifacts: [vectors])
    }
}

extension EmbeddingRun {
    /// What to say where the model's vocabulary does not fit the texts; nil where it does.
    package static func warning(_ summary: Summary) -> String? {
        UnknownPieces(pieces: summary.pieces, unknown: summary.unknownPieces).warning
    }
}
