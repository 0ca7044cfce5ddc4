package import PodiumCore
package import PodiumData
import PodiumFiles
import PodiumSample

/// The files of a task, wherever a run's data reference points, with what identifies them.
package struct TaskFiles {
    private let root: DataRoot
    private let isSample: Bool

    package init(_ reference: DataReference, dataDirectory: String) throws {
        switch reference {
        case .sample:
            root = DataRoot(path: try SampleLibrary(dataDirectory: dataDirectory).folder())
            isSample = true
        case .root(let path):
            root = DataRoot(path: path)
            isSample = false
        }
    }

    /// A file's content.
    package func read(_ task: BenchmarkTask, _ split: DataSplit) throws -> DataRoot.File {
        try root.read(task: task, split: split)
    }

    /// Whether there is such a file.
    package func has(_ task: BenchmarkTask, _ split: DataSplit) throws(DataError) -> Bool {
        do throws(DataError) {
            _ = try root.read(task: task, split: split)
            return true
        } catch {
            guard error.code == .missingFile else { throw error }
            return false
        }
    }

    /// The provenance of a file, of which a run used that many examples.
    package func use(of file: DataRoot.File, task: BenchmarkTask, split: DataSplit, examples: Int) -> DatasetUse {
        let digest = Digest.sha256(file.bytes)
        let isOfficial = OfficialFiles.verdict(name: file.name, sha256: digest) == .official
        return DatasetUse(
            task: task,
            split: split,
            origin: isSample ? .sample : isOfficial ? .official : .modified,
            examples: examples,
            files: [DatasetUse.File(name: file.name, sha256: digest, bytes: Int64(file.bytes.count))]
        )
    }
}
