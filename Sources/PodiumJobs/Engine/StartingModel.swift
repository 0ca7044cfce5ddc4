import PodiumBERT
import PodiumCore
import PodiumFiles
import PodiumLibrary

/// The model that a job starts from, found on disk.
struct StartingModel {
    let directory: ModelDirectory

    /// Follows a reference: a pulled model's name, a folder, or what another run made.
    init(_ reference: ModelReference, _ context: JobContext) throws {
        switch reference {
        case .named(let name):
            let library = ModelLibrary(directory: "\(context.assignment.dataDirectory)/models")
            guard library.isPulled(name) else {
                throw JobError(
                    .infrastructure,
                    "the model \(name) is not in \(library.directory); fetch it with `podium model pull \(name)`"
                )
            }
            directory = try ModelDirectory(path: library.path(of: name))
        case .path(let path):
            directory = try ModelDirectory(path: path)
        case .vectors(let path):
            let folder = context.path("vectors-as-model")
            let made = try WordVectors(path).write(to: folder)
            context.log("\(path): \(made)")
            directory = try ModelDirectory(path: folder)
        case .run(let name, _):
            let input = context.assignment.input(RunInput.model)
            guard let model = input?.source?.artifact else {
                let which = input.map { " (\($0.input.selector.description))" } ?? ""
                throw JobError(.input, "run \(name) left no model to start from\(which)")
            }
            directory = try ModelDirectory(path: model.path)
            guard try directory.weightsSHA256() == model.sha256 else {
                throw JobError(.input, "\(directory.path) does not hold what run \(name) wrote; run it again")
            }
        case .preset(let name):
            throw JobError(
                .input,
                "a fresh \(name) has no vocabulary to read the task's text with; pre-train it first (kind: pretrain)"
            )
        }
        for note in directory.notes { context.log(note, level: .warning) }
    }

    var configuration: Configuration { directory.configuration }

    /// The configuration with the dropout that the run asks for; nil for the model's own.
    func configuration(dropout: Double?) -> Configuration {
        var configuration = directory.configuration
        if let dropout { configuration.setDropout(dropout) }
        return configuration
    }

    /// The length of sequences the run asks for, which the model's positions must cover.
    func sequenceLength(_ options: EngineOptions) throws -> Int {
        guard options.maxSequenceLength <= configuration.maximumPositions else {
            throw JobError(
                .input,
                "maxSequenceLength is \(options.maxSequenceLength), but \(directory.path) has "
                    + "\(configuration.maximumPositions) positions; ask for at most as many"
            )
        }
        return options.maxSequenceLength
    }
}

extension Configuration {
    mutating func setDropout(_ rate: Double) {
        // Rates are float32 in the graph, where 0.99999999999 would be 1.
        let rate = min(rate, Double(Float(1).nextDown))
        hiddenDropout = rate
        attentionDropout = rate
        classifierDropout = nil
    }
}
