import Foundation
import PodiumBERT
import PodiumCore
import PodiumFiles
import PodiumLibrary

/// How a model did.
struct Evaluation {
    /// On the official scale; undefined ones are left out and explained in `notes`.
    var metrics: [String: Double]
    /// As it enters averages.
    var score: Double?
    /// By metric, and as `score` for the score.
    var intervals: [String: ScoreInterval] = [:]
    var examples: Int
    var predictions: [ExamplePrediction]
    var notes: [String] = []
    /// What detectors found in data or predictions.
    var findings: [RunFinding] = []
    /// JSON documents by file name, in the layout of the official scripts, from which scores can be made anew.
    var documents: [String: any Encodable] = [:]
    var nullThreshold: NullThreshold?
    /// Answers to test sets, and scores where one has labels.
    var tests: [TestPrediction] = []
    var furtherSets: [SetScore] = []
}

extension RunResult {
    /// Takes over an evaluation; its files go into the attempt's folder.
    ///
    /// - Returns: the predictions, and those of the test sets if there are any.
    mutating func record(_ evaluation: Evaluation, in context: JobContext) throws -> [Artifact] {
        metrics = evaluation.metrics
        score = evaluation.score
        intervals = evaluation.intervals
        examples = evaluation.examples
        notes += evaluation.notes
        findings = evaluation.findings
        nullThreshold = evaluation.nullThreshold
        furtherSets = evaluation.furtherSets.isEmpty ? nil : evaluation.furtherSets
        let predictions = try PredictionLog.write(evaluation.predictions, to: context.path("predictions.jsonl"))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        for (name, document) in evaluation.documents.sorted(by: { $0.key < $1.key }) {
            let bytes = [UInt8](try encoder.encode(document))
            try AtomicFile.write(context.path(name)) { (writer) throws(FileError) in try writer.append(bytes) }
        }
        guard !evaluation.tests.isEmpty else { return [predictions] }
        return [predictions, try PredictionLog.write(evaluation.tests, to: context.path("test_predictions.jsonl"))]
    }
}
