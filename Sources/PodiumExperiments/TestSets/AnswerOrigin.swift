internal import Foundation
package import PodiumCore
internal import PodiumFiles
internal import PodiumLibrary
internal import PodiumPrimitives

/// Where the answers of one file of a submission came from.
package struct AnswerOrigin: Encodable, Sendable, Equatable {
    package struct Checkpoint: Encodable, Sendable, Equatable {
        package var step: Int?
        package var sha256: String
    }

    package var file: String
    package var task: BenchmarkTask
    /// The test set's file and its digest.
    package var data: [DatasetUse.File]
    package var dataOrigin: DatasetUse.Origin
    package var run: Int64
    package var runName: String
    package var seed: UInt64?
    /// The weights that answered: the model that the run left, or the one that it evaluated.
    package var checkpoint: Checkpoint?
    package var developmentScore: Double?
    /// How the run was chosen, in words.
    package var selection: String
    /// Configurations tried on the task, and runs of them all.
    package var configurations: Int
    package var tries: Int
    /// Of SQuAD v2.0: what null odds were compared with.
    package var nullThreshold: NullThreshold?
}

/// The run that answers for a system on a task.
struct Choice {
    let run: SuiteHistory.Run
    private let configurations: Configurations
    private let best: Configurations.Configuration

    /// Nil where no run succeeded.
    init?(_ history: SuiteHistory, system: String, task: BenchmarkTask) {
        configurations = Configurations(history, system: system, task: task)
        guard let best = configurations.best else { return nil }
        self.best = best
        // The first of equals.
        let done = best.members.filter { $0.record.state == .succeeded }
        guard
            let run = done.max(by: { a, b in
                let (x, y) = (a.result?.score ?? -2, b.result?.score ?? -2)
                return x != y ? x < y : a.record.id > b.record.id
            })
        else { return nil }
        self.run = run
    }

    private var tries: Int { configurations.all.reduce(0) { $0 + $1.runs } }

    private var selection: String {
        var parts: [String] = []
        if best.runs > 1 {
            parts.append("best dev score of \(best.runs) seeds (seed \(run.record.spec.work.seed ?? 0))")
        }
        if configurations.all.count > 1 {
            let label = configurations.label(of: best).map { " (\($0))" } ?? ""
            parts.append("best of \(configurations.all.count) configurations by mean dev score\(label)")
        }
        if tries > 1 { parts.append("\(tries) tries") }
        if let choice = run.result?.checkpointChoice { parts.append(choice.description) }
        return parts.isEmpty ? "the only run" : parts.joined(separator: "; ")
    }

    func origin(of file: String, task: BenchmarkTask, data: DatasetUse) -> AnswerOrigin {
        AnswerOrigin(
            file: file,
            task: task,
            data: data.files,
            dataOrigin: data.origin,
            run: run.record.id.rawValue,
            runName: run.record.spec.name,
            seed: run.record.spec.work.seed,
            checkpoint: run.artifact(.model).map { AnswerOrigin.Checkpoint(step: $0.step, sha256: $0.sha256) }
                ?? run.result?.startWeightsSHA256.map { AnswerOrigin.Checkpoint(step: nil, sha256: $0) },
            developmentScore: run.result?.score,
            selection: selection,
            configurations: configurations.all.count,
            tries: tries,
            nullThreshold: run.result?.nullThreshold
        )
    }
}

extension SuiteHistory.Run {
    /// What the run answered to test sets; an error where it left nothing, or its file is not on this machine.
    func testAnswers() throws -> [TestPrediction] {
        try answers(.testPredictions, "predictions of test sets (predict: [dev, test, ax])", PredictionLog.readTests)
    }

    func developmentAnswers() throws -> [ExamplePrediction] {
        try answers(.predictions, "predictions") { try PredictionLog.read($0) }
    }

    private func answers<Row>(_ kind: Artifact.Kind, _ what: String, _ read: (String) throws -> [Row]) throws -> [Row] {
        guard let artifact = artifact(kind) else {
            throw ExperimentError(.failed, "run \(record.id) (\(record.spec.name)) kept no \(what)")
        }
        do {
            guard try Digest.sha256(file: artifact.path) == artifact.sha256 else {
                throw ExperimentError(.failed, "\(artifact.path): not what run \(record.id) wrote; run it again")
            }
            return try read(artifact.path)
        } catch let error as ExperimentError {
            throw error
        } catch {
            throw ExperimentError(
                .fileSystem,
                "\(artifact.path): the answers of run \(record.id) cannot be read on this machine "
                    + "(\(error.localizedDescription))"
            )
        }
    }
}
