import ArgumentParser
import Foundation
import PodiumCore
import PodiumDevices
import PodiumExperiments

/// A job file and what the command line changes in it.
struct JobFileOptions: ParsableArguments {
    @Argument(help: "The job file (YAML).", completion: .file(extensions: ["yaml", "yml"]))
    var file: String
    @Option(help: "Replace a value of the file, such as training.epochs=1. May be repeated.")
    var set: [String] = []

    /// Reads the file and sees to it that the models it names are there.
    func submission(place: PlaceOptions) async throws -> Submission {
        let reader = SubmissionReader(
            models: place.models,
            presets: EnginePresets.names,
            home: place.userHome
        )
        let submission = try reader.read(
            SubmissionReader.File(
                name: file,
                folder: URL(fileURLWithPath: file).deletingLastPathComponent().standardizedFileURL.path,
                bytes: try bytes()
            ),
            overrides: set
        )
        return try await reader.withModels(submission) { Terminal.error($0) }
    }

    private func bytes() throws -> [UInt8] {
        do {
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
        } catch {
            var isDirectory: ObjCBool = false
            let why =
                !FileManager.default.fileExists(atPath: file, isDirectory: &isDirectory)
                ? "there is no such file" : isDirectory.boolValue ? "that is a folder" : "it cannot be read"
            throw Failure(.usage, "\(file): \(why)")
        }
    }
}
