import ArgumentParser
import Foundation
import PodiumCore
import PodiumJobs
import PodiumSpec

/// A job file and what the command line changes in it.
struct JobFileOptions: ParsableArguments {
    @Argument(help: "The job file (YAML).", completion: .file(extensions: ["yaml", "yml"]))
    var file: String
    @Option(help: "Replace a value of the file, such as training.epochs=1. May be repeated.")
    var set: [String] = []

    /// Reads the file and sees to it that the models it names are there.
    ///
    /// A model that cannot be fetched ends the command, unless its system is
    /// optional: then the system is left out, and the user is told.
    func submission(place: PlaceOptions) async throws -> Submission {
        var submission = try read(home: place.userHome)
        let library = ModelLibrary(directory: place.dataDirectory + "/models")
        for name in submission.modelNames {
            do {
                try await library.pull(name) { Terminal.error($0) }
            } catch let error as ModelLibrary.PullError where error.isNetworkTrouble {
                let systems = submission.systems(using: name)
                guard systems.allSatisfy({ submission.optionalSystems.contains($0) }) else { throw error }
                for system in systems {
                    Terminal.error("\(error.message)")
                    Terminal.error("Leaving out the optional system \(system); everything else runs.")
                    submission = submission.removing(system: system)
                }
            }
        }
        return submission
    }

    private func read(home: String) throws -> Submission {
        let url = URL(fileURLWithPath: file)
        let bytes: Data
        do {
            bytes = try Data(contentsOf: url)
        } catch {
            var isDirectory: ObjCBool = false
            let why =
                !FileManager.default.fileExists(atPath: file, isDirectory: &isDirectory)
                ? "there is no such file" : isDirectory.boolValue ? "that is a folder" : "it cannot be read"
            throw Failure(.usage, "\(file): \(why)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(.usage, "\(file): the file is not UTF-8 text")
        }
        let reader = SpecReader(
            file: file,
            folder: url.deletingLastPathComponent().standardizedFileURL.path,
            home: home,
            modelNames: ModelLibrary.names,
            presets: EnginePresets.names
        )
        return try reader.submission(from: text, overrides: set)
    }
}

extension Submission {
    /// The known models that runs start from, each once, in the file's order.
    var modelNames: [String] {
        var names: [String] = []
        for run in runs {
            if case .named(let name) = run.spec.model, !names.contains(name) { names.append(name) }
        }
        return names
    }

    func systems(using model: String) -> [String] {
        var names: [String] = []
        for run in runs where run.spec.model == .named(model) && !names.contains(run.spec.system) {
            names.append(run.spec.system)
        }
        return names
    }
}
