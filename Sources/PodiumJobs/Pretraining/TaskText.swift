import PodiumCore
import PodiumData
import PodiumFiles
import PodiumLibrary

/// The texts of a task's training set as a corpus: every example of GLUE, or passage of SQuAD, is a document.
struct TaskText {
    private(set) var bytes: [UInt8] = []
    private(set) var documents = 0

    init(_ task: BenchmarkTask, _ data: DataReference, dataDirectory: String) throws {
        let file = try TaskFiles(data, dataDirectory: dataDirectory).read(task, .train)
        if task.isSQuAD {
            for passage in try SQuADFile(bytes: file.bytes, name: file.path).passages { add([passage]) }
            return
        }
        for example in try GLUEFile.read(task: task, split: .train, bytes: file.bytes, name: file.path).examples {
            add([example.first, example.second].compactMap(\.self))
        }
    }

    /// A document of these sentences; line breaks within them would end them.
    private mutating func add(_ sentences: [String]) {
        let lines = sentences.map { $0.split(whereSeparator: \.isNewline).joined(separator: " ") }
            .filter { !$0.isEmpty }
        guard !lines.isEmpty else { return }
        documents += 1
        for line in lines { bytes += Array(line.utf8) + [0x0A] }
        bytes.append(0x0A)
    }
}
