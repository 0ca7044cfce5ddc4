internal import Foundation
internal import PodiumEval
internal import PodiumFiles

/// What the leaderboards' servers take, made of files that the user names.
package enum SubmissionFile {
    /// GLUE's zip archive of the prediction files in a folder, which are named as in the archive.
    package static func archive(ofFolder folder: String) throws -> [UInt8] {
        var predictions: [String: [LabelledRow]] = [:]
        for file in GLUESubmission.files {
            let path = URL(fileURLWithPath: folder).appendingPathComponent(file.name).path
            guard FileManager.default.fileExists(atPath: path) else { continue }
            predictions[file.name] = try InputFile.read(path) { (bytes) throws(EvalError) in
                try PredictionsFile.read(bytes)
            }
        }
        guard !predictions.isEmpty else {
            let names = GLUESubmission.files.map(\.name).joined(separator: ", ")
            throw ExperimentError(.invalidRequest, "\(folder): the folder has none of the files \(names)")
        }
        return try GLUESubmission.write(predictions).bytes
    }

    /// SQuAD's JSON: a file's answers in the order of the data file's questions.
    package static func answers(_ path: String, inOrderOf gold: String) throws -> [UInt8] {
        let questions = try InputFile.read(gold) { (bytes) throws(EvalError) in try SQuADReferences(json: bytes) }
        return try InputFile.read(path) { (bytes) throws(EvalError) in
            try SQuADSubmission.write(questions.questions, predictions: try SQuADPredictions(json: bytes))
        }
    }
}
