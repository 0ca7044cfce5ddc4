internal import Foundation
package import PodiumCore
internal import PodiumFiles
package import PodiumLibrary
internal import PodiumSpec

/// Where named models come from.
package protocol ModelSource: Sendable {
    /// The names that job files may use.
    var knownNames: [String] { get }
    /// Whether another name can be fetched, such as OWNER/NAME of the hub.
    func isFetchable(_ name: String) -> Bool
    /// Fetches a model unless it is there; `LibraryError.unreachable` where its host cannot be asked.
    func pull(_ name: String, report: (String) -> Void) async throws
}

extension ModelLibrary: ModelSource {
    package var knownNames: [String] { Self.names }
}

/// Turns a job file into a submission that can be queued.
package struct SubmissionReader: Sendable {
    /// A job file's text, and what its relative paths are relative to.
    package struct File: Sendable {
        /// As the user named it, for messages.
        package var name: String
        /// An absolute path.
        package var folder: String
        package var bytes: [UInt8]

        package init(name: String, folder: String, bytes: [UInt8]) {
            self.name = name
            self.folder = folder
            self.bytes = bytes
        }

        /// Reads a file; `-` is standard input.
        package init(reading path: String) throws {
            let isStandardInput = path == "-"
            // A pipe has no folder that anything could lie in: /dev/fd/63, /dev/stdin.
            let isDevice = isStandardInput || path.hasPrefix("/dev/") || path.hasPrefix("/proc/")
            let url = isDevice ? URL(fileURLWithPath: ".") : URL(fileURLWithPath: path).deletingLastPathComponent()
            name = isStandardInput ? "standard input" : path
            folder = url.standardizedFileURL.path
            bytes = try FileContent.read(isStandardInput ? "/dev/stdin" : path)
        }
    }

    private let models: any ModelSource
    private let presets: [String]
    private let home: String

    /// - Parameters:
    ///   - presets: sizes of fresh models.
    ///   - home: what `~` stands for.
    package init(models: any ModelSource, presets: [String], home: String) {
        self.models = models
        self.presets = presets
        self.home = home
    }

    /// Reads and expands the file; `overrides` are `key.path=value`.
    ///
    /// - Parameter note: hears of folders that the hub may have a model of the same name of.
    package func read(
        _ file: File,
        overrides: [String] = [],
        note: (String) -> Void = { _ in }
    ) throws -> Submission {
        guard let text = String(validating: file.bytes, as: UTF8.self) else {
            throw ExperimentError(.invalidRequest, "\(file.name): the file is not UTF-8 text")
        }
        let reader = SpecReader(
            file: file.name,
            folder: file.folder,
            home: home,
            modelNames: models.knownNames,
            presets: presets,
            isFetchable: models.isFetchable,
            isFolder: Self.isFolder
        )
        let submission = try reader.submission(from: text, overrides: overrides)
        var paths: [String] = []
        for run in submission.runs {
            guard case .path(let path) = run.spec.model, !paths.contains(path), path.hasPrefix(file.folder + "/") else {
                continue
            }
            paths.append(path)
            let name = String(path.dropFirst(file.folder.count + 1))
            if models.isFetchable(name), Self.isFolder(path) {
                note(
                    "\(name) is the folder \(path); the hub's model of this name is fetched where there is no such folder"
                )
            }
        }
        return submission
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    /// Fetches the models that the submission names.
    ///
    /// A model whose host cannot be reached is an error, unless every system that starts from it is optional: these
    /// systems are left out, and `report` is called with the reason.
    package func withModels(_ submission: Submission, report: (String) -> Void) async throws -> Submission {
        var submission = submission
        for name in submission.modelNames {
            do {
                try await models.pull(name, report: report)
            } catch let error as LibraryError where error.code == .unreachable {
                let systems = submission.systems(using: name)
                guard systems.allSatisfy({ submission.optionalSystems.contains($0) }) else { throw error }
                for system in systems {
                    report(error.message)
                    report("Leaving out the optional system \(system); everything else runs.")
                    submission = submission.removing(system: system)
                }
            }
        }
        return submission
    }
}

extension Submission {
    /// The known models that runs start from, each once, in the file's order.
    package var modelNames: [String] {
        var names: [String] = []
        for run in runs {
            if case .named(let name) = run.spec.model, !names.contains(name) { names.append(name) }
        }
        return names
    }

    /// The systems that start from a known model, each once.
    package func systems(using model: String) -> [String] {
        var names: [String] = []
        for run in runs where run.spec.model == .named(model) && !names.contains(run.spec.system) {
            names.append(run.spec.system)
        }
        return names
    }

    /// The one device and label that all runs ask for.
    ///
    /// A worker serves one of each, so a command that starts one worker can run nothing else.
    package func soleWorker() throws(ExperimentError) -> (device: ComputeDevice, label: String?) {
        let pools = Set(runs.map(\.spec.resources.pool))
        guard pools.count == 1, let resources = runs.first?.spec.resources else {
            throw ExperimentError(
                .invalidRequest,
                "\(name) asks for workers of several kinds (\(pools.sorted().joined(separator: ", "))); use `podium up` and a "
                    + "`podium worker --device --label` for each"
            )
        }
        guard resources.machines == 1 else {
            throw ExperimentError(
                .invalidRequest,
                "\(name) asks for \(resources.machines) nodes at once, and this command works on one machine; use `podium submit` with "
                    + "`podium slurm up --nodes \(resources.machines)` or `podium worker --hosts`, or lower the need with "
                    + "--set resources.nodes=1"
            )
        }
        return (resources.device, resources.label)
    }
}
