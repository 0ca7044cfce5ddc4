package import PodiumCore
internal import PodiumFiles

/// A folder in the official layout: `MRPC/train.tsv`, `train-v1.1.json`, directly or under `glue/` and `squad/`.
package struct DataRoot: Sendable {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// A file of the root, read and unpacked.
    package struct File: Sendable {
        /// In the official layout, unpacked: `MRPC/train.tsv`.
        package var name: String
        package var path: String
        package var bytes: [UInt8]
    }

    /// The official names of a task's files.
    package static func fileName(task: BenchmarkTask, split: DataSplit) -> String {
        switch task {
        case .squadV1: "\(split.rawValue)-v1.1.json"
        case .squadV2: "\(split.rawValue)-v2.0.json"
        case .ax: "AX/diagnostic.tsv"
        default: "\(task.shortName)/\(split.rawValue).tsv"
        }
    }

    /// The splits a task is scored on while developing.
    package static func evaluationSplits(of task: BenchmarkTask) -> [DataSplit] {
        task == .mnli ? [.devMatched, .devMismatched] : [.dev]
    }

    /// Reads a task's file, wherever in the layout it lies, plain or with `.gz` after its name.
    package func read(task: BenchmarkTask, split: DataSplit) throws(DataError) -> File {
        let name = Self.fileName(task: task, split: split)
        let places = [name, (task.isSQuAD ? "squad/" : "glue/") + name]
        for place in places.flatMap({ [$0, $0 + ".gz"] }) {
            let full = "\(path)/\(place)"
            do throws(FileError) {
                let bytes = try FileContent.read(full)
                return File(name: name, path: full, bytes: Gzip.isPacked(bytes) ? try Gzip.unpack(bytes) : bytes)
            } catch {
                if error.code == .missing { continue }
                throw DataError(error.inFile(full))
            }
        }
        throw DataError(
            .missingFile,
            "no data for \(task.rawValue) \(split.rawValue): looked for \(places.map { "\(path)/\($0)" }.joined(separator: " and "))"
        )
    }
}
