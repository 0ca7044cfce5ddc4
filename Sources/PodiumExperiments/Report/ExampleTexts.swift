import PodiumCore
import PodiumData
import PodiumEval
import PodiumLibrary

/// The texts of evaluation examples, where the data is on this machine.
struct ExampleTexts {
    struct Text {
        var text: String
        var passage: String?
    }

    private let dataDirectory: String?
    private let places: [String: String]

    /// - Parameters:
    ///   - dataDirectory: where the sample lies; nil shows no texts.
    ///   - places: where folders of data lie on this machine, by the names that they have in job files.
    init(dataDirectory: String?, places: [String: String] = [:]) {
        (self.dataDirectory, self.places) = (dataDirectory, places)
    }

    /// By split and example, of the ones asked for; empty where the data is not here or is not the data that was scored.
    func texts(
        of task: BenchmarkTask,
        in run: SuiteHistory.Run,
        examples: Set<String>
    ) -> [DataSplit: [String: Text]] {
        let work = run.record.spec.work.relocated { places[$0] ?? $0 }
        guard let dataDirectory, !examples.isEmpty, let reference = work.examples?.data,
            let files = try? TaskFiles(reference, dataDirectory: dataDirectory)
        else { return [:] }
        var result: [DataSplit: [String: Text]] = [:]
        for split in DataRoot.evaluationSplits(of: task) {
            guard let file = try? files.read(task, split), isScored(file, task, split, run, files) else { continue }
            result[split] = task.isSQuAD ? questions(file, examples) : sentences(file, task, examples)
        }
        return result
    }

    private func isScored(
        _ file: DataRoot.File,
        _ task: BenchmarkTask,
        _ split: DataSplit,
        _ run: SuiteHistory.Run,
        _ files: TaskFiles
    ) -> Bool {
        let known = (run.result?.datasets ?? []).filter(\.split.isDevelopment).flatMap(\.files).map(\.sha256)
        let use = files.use(of: file, task: task, split: split, examples: 0)
        return known.isEmpty || use.files.allSatisfy { known.contains($0.sha256) }
    }

    private func sentences(_ file: DataRoot.File, _ task: BenchmarkTask, _ examples: Set<String>) -> [String: Text] {
        guard let content = try? GLUEFile.read(task: task, split: .dev, bytes: file.bytes, name: file.name) else {
            return [:]
        }
        var texts: [String: Text] = [:]
        for example in content.examples where examples.contains(example.id) {
            texts[example.id] = Text(
                text: [example.first, example.second].compactMap(\.self).map { cut($0, to: 400) }
                    .joined(separator: "\n")
            )
        }
        return texts
    }

    private func questions(_ file: DataRoot.File, _ examples: Set<String>) -> [String: Text] {
        guard let content = try? SQuADFile(bytes: file.bytes, name: file.name) else { return [:] }
        var texts: [String: Text] = [:]
        for question in content.questions where examples.contains(question.id) {
            let passage = content.passages[question.passage]
            texts[question.id] = Text(
                text: cut(question.question, to: 400),
                passage: window(of: passage, around: question.answers.first?.start ?? 0)
            )
        }
        return texts
    }

    private func cut(_ text: String, to limit: Int) -> String {
        text.count <= limit ? text : text.prefix(limit - 1) + "…"
    }

    /// About 300 characters around a place, counted in code points as the file does.
    private func window(of passage: String, around start: Int) -> String {
        let scalars = Array(passage.unicodeScalars)
        let low = max(0, start - 140)
        let high = min(scalars.count, start + 180)
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[min(low, high)..<high])
        return (low > 0 ? "…" : "") + String(view) + (high < scalars.count ? "…" : "")
    }
}
