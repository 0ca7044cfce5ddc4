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

    /// Names that a file may have, the one with most in it first: the diagnostic set is there with and without labels.
    private static func fileNames(task: BenchmarkTask, split: DataSplit) -> [String] {
        let name = fileName(task: task, split: split)
        return task == .ax
            ? [
                "AX/diagnostic-full.tsv", name, "AX/AX.tsv", "diagnostic/diagnostic-full.tsv",
                "diagnostic/diagnostic.tsv",
            ]
            : [name]
    }

    /// What to say where SQuAD's test set is asked for and not there: it is on no public address, so that a suite over GLUE
    /// and SQuAD goes on without.
    package static func noTestSet(of task: BenchmarkTask) -> String {
        "there is no \(fileName(task: task, split: .test)) (SQuAD's test set is not public), so only the development set is "
            + "predicted"
    }

    /// The splits a task is scored on while developing.
    package static func evaluationSplits(of task: BenchmarkTask) -> [DataSplit] {
        task.developmentSplits
    }

    /// Where a task's file may lie in the layout, with its official name; the first that is there is read.
    package static func places(task: BenchmarkTask, split: DataSplit) -> [(name: String, place: String)] {
        let names = fileNames(task: task, split: split)
        let places = names.flatMap { name in [name, (task.isSQuAD ? "squad/" : "glue/") + name].map { (name, $0) } }
        return places.flatMap { [$0, ($0.0, $0.1 + ".gz")] }
    }

    /// Reads a task's file, wherever in the layout it lies, plain or with `.gz` after its name.
    package func read(task: BenchmarkTask, split: DataSplit) throws(DataError) -> File {
        let places = Self.places(task: task, split: split)
        for (name, place) in places {
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
            "no data for \(task.rawValue) \(split.rawValue): looked for "
                + places.filter { !$0.place.hasSuffix(".gz") }.map { "\(path)/\($0.place)" }.joined(separator: " and ")
        )
    }
}
