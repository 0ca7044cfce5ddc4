internal import Foundation
package import PodiumCore
internal import PodiumData
internal import PodiumFiles
internal import PodiumLibrary

/// All that decides the result of a run: its settings, the engine, and the content of every file that it reads.
package struct WorkContent {
    private let engine: EngineIdentity
    /// Hashes of places that were read before; what they hold is taken for unchanged.
    private var known: [String: [String]] = [:]
    /// Whether hashes are kept from one run to the next.
    private let remembers: Bool

    /// - Parameter remembers: for many runs at once, which read the same files.
    package init(engine: EngineIdentity, remembers: Bool = false) {
        self.engine = engine
        self.remembers = remembers
    }

    /// SHA-256 of it all; nil where another run of the same may come to another result.
    ///
    /// Throws where a file cannot be read.
    package mutating func key(of assignment: EngineAssignment) throws -> String? {
        guard let decisive = assignment.spec.decisive else { return nil }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        var lines = [
            "engine " + String(decoding: try encoder.encode(engine), as: UTF8.self),
            "work " + String(decoding: try encoder.encode(decisive), as: UTF8.self),
        ]
        // A run whose children start on its way keeps more models than one without.
        lines += Set(assignment.snapshots.map(\.description)).sorted().map { "keeps " + $0 }
        let work = assignment.work
        switch work.model {
        case .named(let name):
            let models = ModelLibrary(directory: "\(assignment.dataDirectory)/models")
            guard models.isPulled(name) else { return nil }
            lines += try hashes(model: models.path(of: name))
        case .path(let path): lines += try hashes(model: path)
        case .vectors(let path): lines += try hashes(file: path, as: "vectors")
        case .run:
            guard let made = assignment.input(RunInput.model)?.source?.artifact else { return nil }
            lines += ["model " + made.sha256] + (try hashes(model: made.path))
        case .preset, nil: break
        }
        if let examples = work.examples {
            let splits = (work.fineTuning == nil ? [] : [.train]) + examples.task.developmentSplits
            lines += try hashes(examples.task, splits, examples.data, assignment)
            for set in examples.unscoredSets {
                lines += try hashes(set.task, [set.split], examples.data, assignment)
            }
        }
        switch work.pretraining?.corpus {
        case .files(let files): for file in files { lines += try hashes(file: file, as: "corpus") }
        case .sample:
            for file in try SampleLibrary(dataDirectory: assignment.dataDirectory).corpus() {
                lines += try hashes(file: file, as: "corpus")
            }
        case .shards(let folder): lines += try hashes(folder: folder, as: "corpus")
        case .task(let task, let data): lines += try hashes(task, [.train], data, assignment)
        case nil: break
        }
        for file in work.embedding?.texts ?? [] { lines += try hashes(file: file, as: "text") }
        return Digest.sha256(Array(lines.joined(separator: "\n").utf8))
    }

    // MARK: Places

    private mutating func remembered(_ place: String, _ read: () throws -> [String]) rethrows -> [String] {
        if let lines = known[place] { return lines }
        let lines = try read()
        if remembers { known[place] = lines }
        return lines
    }

    private mutating func hashes(file path: String, as role: String) throws -> [String] {
        try remembered("\(role) \(path)") { ["\(role) \(try Digest.sha256(file: path))"] }
    }

    private mutating func hashes(folder path: String, as role: String) throws -> [String] {
        try remembered("\(role) \(path)") {
            try Self.files(in: path).map { "\(role) \($0) \(try Digest.sha256(file: "\(path)/\($0)"))" }
        }
    }

    /// - Parameter path: a folder, or the prefix of a TensorFlow checkpoint in one.
    private mutating func hashes(model path: String) throws -> [String] {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            return try hashes(folder: path, as: "model")
        }
        let place = URL(fileURLWithPath: path)
        let (folder, prefix) = (place.deletingLastPathComponent().path, place.lastPathComponent)
        return try remembered("model \(path)") {
            let names = try Self.files(in: folder)
            guard names.contains(where: { $0.hasPrefix(prefix + ".") }) else {
                throw ExperimentError(.fileSystem, "there is no model \(path)")
            }
            return try names.filter { name in
                name.hasPrefix(prefix) || [".json", ".txt"].contains { name.hasSuffix($0) }
            }.map { name in
                // Told by their endings: the prefix is a name.
                let role = name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
                return "model \(role) \(try Digest.sha256(file: "\(folder)/\(name)"))"
            }
        }
    }

    private mutating func hashes(
        _ task: BenchmarkTask,
        _ splits: [DataSplit],
        _ data: DataReference,
        _ assignment: EngineAssignment
    ) throws -> [String] {
        let files = try TaskFiles(data, dataDirectory: assignment.dataDirectory)
        return try splits.flatMap { split in
            try remembered("\(task.rawValue) \(split.rawValue) \(data.description)") {
                guard try files.has(task, split) else {
                    return ["data \(task.rawValue) \(split.rawValue) is not there"]
                }
                return ["data \(task.rawValue) \(split.rawValue) \(Digest.sha256(try files.read(task, split).bytes))"]
            }
        }
    }

    /// The regular files of a folder, relative to it, but for hidden ones.
    static func files(in folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder).filter { part in
            guard !part.split(separator: "/").contains(where: { $0.hasPrefix(".") }) else { return false }
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: "\(folder)/\(part)", isDirectory: &isFolder)
                && !isFolder.boolValue
        }.sorted()
    }
}
