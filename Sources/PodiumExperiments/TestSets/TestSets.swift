package import PodiumCore
internal import PodiumData
package import PodiumEval
internal import PodiumLibrary

/// The test sets of GLUE in a folder.
package enum TestSets {
    /// The sizes in a folder in the official layout, or for `sample` in the bundled data.
    package static func sizes(ofFolder folder: String, dataDirectory: String) throws -> GLUESubmission.Sizes {
        try sizes(of: folder == "sample" ? .sample : .root(folder), dataDirectory: dataDirectory)
    }

    /// How many examples each of the files of a submission must have to answer the test sets of that data.
    package static func sizes(of data: DataReference, dataDirectory: String) throws -> GLUESubmission.Sizes {
        let files = try TaskFiles(data, dataDirectory: dataDirectory)
        var sizes: GLUESubmission.Sizes = [:]
        for task in BenchmarkTask.glue {
            var examples = TaskExamples(task, data: data)
            examples.predict = PredictedSet.allCases
            for set in examples.unscoredSets {
                guard let name = GLUESubmission.file(task: set.task, split: set.split)?.name else { continue }
                let file = try files.read(set.task, set.split)
                sizes[name] = try GLUEFile.read(task: set.task, split: .test, bytes: file.bytes, name: file.path)
                    .examples.count
            }
        }
        return sizes
    }
}
