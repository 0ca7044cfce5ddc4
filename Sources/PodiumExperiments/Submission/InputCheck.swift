internal import Foundation
package import PodiumCore
internal import PodiumData
internal import PodiumLibrary

/// Looks at the data and models of a submission before it is queued, where this machine can see them.
///
/// Engines read the same files with the same readers; what they would refuse hours later is refused here.
package struct InputCheck: Sendable {
    /// What was found.
    package struct Findings: Sendable, Equatable {
        /// Why runs of the submission would fail, each once, in the file's order.
        package var problems: [String] = []
        /// What this machine could not look at.
        package var notices: [String] = []
    }

    /// The folder of a model known by name; nil if it was not fetched yet.
    private let folder: @Sendable (String) -> String?
    private let positions: @Sendable (String) throws -> Int
    private let dataDirectory: String
    /// Whether runs are executed on this machine too, so that what is missing here is an error.
    private let isLocal: Bool

    /// - Parameters:
    ///   - positions: Reads a model as the engine does, and gives the longest sequence that it takes. What it throws is
    ///     why a run could not start from the model.
    ///   - folder: The folder of a model known by name; nil if it was not fetched yet.
    package init(
        dataDirectory: String,
        isLocal: Bool,
        positions: @escaping @Sendable (String) throws -> Int,
        folder: @escaping @Sendable (String) -> String?
    ) {
        self.dataDirectory = dataDirectory
        self.isLocal = isLocal
        self.positions = positions
        self.folder = folder
    }

    /// A part of a task's data that some run reads.
    private struct Part: Hashable {
        var task: BenchmarkTask
        var data: DataReference
        var trains: Bool
        var tests: [TaskExamples.UnscoredSet]
    }

    /// Why a run's ranks and shards do not go together; nil if they do.
    private static func divisionFinding(_ spec: RunSpec) -> String? {
        let (ranks, shards) = (spec.resources.processes, spec.work.optimization?.batchShards ?? 1)
        if ranks > 1, spec.kind != .report, spec.work.optimization == nil {
            return
                "resources.ranks is \(ranks), but only training is shared by ranks; give ranks to the runs that train"
        }
        if ranks > shards, spec.work.optimization != nil {
            return
                "resources.ranks is \(ranks) and training.batchShards is \(shards); ranks share shards, so set batchShards to "
                + "\(ranks) or more"
        }
        if shards > 1, spec.resources.device != .cpu {
            return "training.batchShards is \(shards), but batches are divided into shards on the device cpu only"
        }
        return nil
    }

    package func findings(_ submission: Submission) -> Findings {
        var findings = Findings()
        var parts: Set<Part> = []
        var seen: Set<String> = []
        for spec in submission.runs.map(\.spec) {
            if let examples = spec.work.examples {
                let part = Part(
                    task: examples.task,
                    data: examples.data,
                    trains: spec.kind == .finetune,
                    tests: examples.unscoredSets
                )
                if parts.insert(part).inserted { check(part, &findings) }
            }
            if case .files(let files) = spec.work.pretraining?.corpus {
                for file in files where seen.insert(file).inserted { check(corpus: file, key: "corpus", &findings) }
            }
            if case .task(let task, let data) = spec.work.pretraining?.corpus {
                let part = Part(task: task, data: data, trains: true, tests: [])
                if parts.insert(part).inserted { check(part, &findings) }
            }
            if case .vectors(let file) = spec.model, seen.insert(file).inserted {
                check(corpus: file, key: "model.vectors", &findings)
            }
            for file in spec.work.embedding?.texts ?? [] where seen.insert(file).inserted {
                check(corpus: file, key: "texts", &findings)
            }
            if spec.work.fineTuning?.microBatchSize != nil, spec.resources.replicas > 1 {
                findings.add(
                    "\(spec.name): microBatchSize is for one replica, and resources.replicas is \(spec.resources.replicas)"
                )
            }
            if let finding = Self.divisionFinding(spec) { findings.add("\(spec.name): \(finding)") }
            if case .shards(let folder) = spec.work.pretraining?.corpus, isLocal, seen.insert(folder).inserted,
                !FileManager.default.fileExists(atPath: "\(folder)/manifest.json")
            {
                findings.add("corpus: \(folder) has no manifest.json; `podium data prepare` makes such a folder")
            }
            guard let model = spec.model, let length = spec.work.engine?.maxSequenceLength else { continue }
            if seen.insert("\(model) \(length) \(spec.kind)").inserted {
                check(model, length: length, of: spec, in: submission, &findings)
            }
        }
        return findings
    }

    // MARK: Data

    private func check(_ part: Part, _ findings: inout Findings) {
        guard case .root(let root) = part.data else { return }
        guard isLocal || FileManager.default.fileExists(atPath: root) else {
            let notice = "\(root) is not on this machine, so that nobody looked at the data"
            if !findings.notices.contains(notice) { findings.notices.append(notice) }
            return
        }
        let splits = (part.trains ? [.train] : []) + DataRoot.evaluationSplits(of: part.task)
        for split in splits {
            do {
                let files = try TaskFiles(part.data, dataDirectory: dataDirectory)
                let file = try files.read(part.task, split)
                if part.task.isSQuAD {
                    try SQuADFile(bytes: file.bytes, name: file.path)
                        .check(isOf: part.task, name: file.path)
                } else {
                    _ = try GLUEFile.read(
                        task: part.task,
                        split: split == .train ? .train : .dev,
                        bytes: file.bytes,
                        name: file.path
                    )
                }
            } catch {
                findings.add("\(error)")
            }
        }
        for set in part.tests { check(set, part.data, &findings) }
    }

    private func check(_ set: TaskExamples.UnscoredSet, _ data: DataReference, _ findings: inout Findings) {
        do {
            let files = try TaskFiles(data, dataDirectory: dataDirectory)
            guard try !set.task.isSQuAD || files.has(set.task, set.split) else {
                findings.notices.append("\(set.task.rawValue): \(DataRoot.noTestSet(of: set.task))")
                return
            }
            let file = try files.read(set.task, set.split)
            if set.task.isSQuAD {
                _ = try SQuADFile(bytes: file.bytes, name: file.path)
            } else {
                _ = try GLUEFile.read(task: set.task, split: .test, bytes: file.bytes, name: file.path)
            }
        } catch {
            findings.add("\(error)")
        }
    }

    private func check(corpus file: String, key: String, _ findings: inout Findings) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder) else {
            if isLocal {
                findings.add("\(key): there is no file \(file)")
            } else {
                findings.notices.append("\(file) is not on this machine, so that nobody looked at it")
            }
            return
        }
        if isFolder.boolValue {
            findings.add("\(key): \(file) is a folder; name its files")
        } else if !FileManager.default.isReadableFile(atPath: file) {
            findings.add("\(key): \(file) cannot be read")
        }
    }

    // MARK: Models

    private func check(
        _ model: ModelReference,
        length: Int,
        of spec: RunSpec,
        in submission: Submission,
        _ findings: inout Findings
    ) {
        if case .preset(let size) = model, spec.kind == .finetune {
            findings.add(
                "\(spec.name): a fresh \(size) has no vocabulary to read the task's text with; pre-train it first "
                    + "(kind: suite with pretrain), or name a folder"
            )
            return
        }
        do {
            guard let positions = try positions(of: model, in: submission, &findings), length > positions else {
                return
            }
            findings.add(
                "\(spec.name): maxSequenceLength is \(length), but \(model.description) has \(positions) positions; ask for "
                    + "at most as many"
            )
        } catch {
            findings.add("\(error)")
        }
    }

    /// The longest sequence of a model; nil where this machine cannot tell.
    private func positions(
        of model: ModelReference,
        in submission: Submission,
        _ findings: inout Findings
    ) throws -> Int? {
        switch model {
        case .preset, .vectors: return FreshModel.positions
        case .run(let parent, _):
            guard let start = submission.runs.first(where: { $0.spec.name == parent })?.spec.model else { return nil }
            return try positions(of: start, in: submission, &findings)
        case .named(let name): return try folder(name).flatMap { try positions(inFolder: $0) }
        case .path(let path):
            guard isLocal || FileManager.default.fileExists(atPath: path) else {
                findings.notices.append("\(path) is not on this machine, so that nobody looked at the model")
                return nil
            }
            return try positions(inFolder: path)
        }
    }

    private func positions(inFolder path: String) throws -> Int? {
        let files = FileManager.default
        func find(_ names: [String], in folder: String, _ what: String) throws -> String {
            if let name = names.first(where: { files.fileExists(atPath: "\(folder)/\($0)") }) {
                return "\(folder)/\(name)"
            }
            throw ExperimentError(
                .invalidRequest,
                "\(folder): no \(what) there; looked for \(names.joined(separator: ", "))"
            )
        }
        var isFolder: ObjCBool = false
        let exists = files.fileExists(atPath: path, isDirectory: &isFolder)
        // A TensorFlow checkpoint may be named by its prefix.
        guard exists && isFolder.boolValue || files.fileExists(atPath: path + ".index") else {
            throw ExperimentError(.invalidRequest, "there is no model folder \(path)")
        }
        let folder = isFolder.boolValue ? path : URL(fileURLWithPath: path).deletingLastPathComponent().path
        _ = try find(["config.json", "bert_config.json"], in: folder, "configuration")
        _ = try find(["vocab.txt", "tokenizer.json"], in: folder, "vocabulary")
        let archives = try files.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".index") }
        _ = try find(["model.safetensors", "model.safetensors.index.json"] + archives, in: folder, "weights")
        return try positions(path)
    }
}

extension InputCheck.Findings {
    fileprivate mutating func add(_ problem: String) {
        if !problems.contains(problem) { problems.append(problem) }
    }
}
