internal import Foundation
internal import PodiumCore
internal import PodiumData
internal import PodiumEval
internal import PodiumFiles
internal import Subprocess

/// SQuAD scoring and paired resampling on whole development sets.
package struct ScoringBench {
    private let selection: BenchSelection
    private let data: String
    private let scripts: String?
    private let python: String

    /// - Parameters:
    ///   - data: a folder in the official layout.
    ///   - scripts: the folder of the official evaluators; nil where they are not to be measured.
    package init(selection: BenchSelection, data: String, scripts: String?, python: String) {
        self.selection = selection
        self.data = data
        self.scripts = scripts
        self.python = python
    }

    package func figures() async throws -> [BenchFigure] {
        var figures: [BenchFigure] = []
        for task in [BenchmarkTask.squadV1, .squadV2] where selection.selects("scoring/\(Self.name(task))") {
            figures += try await squad(task)
        }
        if selection.selects("scoring/paired-bootstrap") { figures.append(try resampling()) }
        if selection.selects("scoring/multi-bootstrap") { figures.append(try manySystems()) }
        return figures
    }

    private static func name(_ task: BenchmarkTask) -> String { task == .squadV1 ? "squad-v1.1" : "squad-v2.0" }

    private func squad(_ task: BenchmarkTask) async throws -> [BenchFigure] {
        let file = try DataRoot(path: data).read(task: task, split: .dev)
        let gold = file.bytes
        let references = try SQuADReferences(json: gold).questions
        let answers = JSONValue.object(
            references.enumerated().map { number, reference in
                JSONValue.Member("\(reference.id)", .string(Self.answer(number, reference.answers.map { "\($0)" })))
            }
        )
        let predictions = Array(answers.text.utf8)
        func score() throws {
            let questions = try SQuADReferences(json: gold).questions
            let answers = try SQuADPredictions(json: predictions)
            _ =
                task == .squadV1
                ? try SQuADScore.v1(questions, predictions: answers)
                : try SQuADScore.v2(questions, predictions: answers)
        }
        try score()
        let script = try scripts.map { folder in
            let name = "evaluate-\(task == .squadV1 ? "v1.1" : "v2.0").py"
            return try OfficialScript(python: python, path: "\(folder)/\(name)", gold: file.path, answers: predictions)
        }
        defer { script?.remove() }
        var own: [Double] = []
        var official: [Double] = []
        for _ in 0..<selection.repeats {
            own.append(try Stopwatch.seconds(score))
            if let script { official.append(try await Stopwatch.seconds(script.run)) }
        }
        let seconds = Stopwatch.median(own)
        var total: UInt64 = 0
        let scan = Stopwatch.median(of: selection.repeats) {
            for byte in gold { total &+= UInt64(byte) }
            for byte in predictions { total &+= UInt64(byte) }
        }
        precondition(total > 0, "the scan is not optimised away")
        let count = Double(references.count)
        let name = "scoring/\(Self.name(task))"
        let figure = BenchFigure(name: name, value: count / seconds, unit: "questions/s", ceiling: count / scan)
        guard script != nil else { return [figure] }
        let ratio = Stopwatch.median(official) / seconds
        return [figure, BenchFigure(name: name + "/against-script", value: ratio, unit: "times as fast")]
    }

    private static func answer(_ number: Int, _ golds: [String]) -> String {
        guard let first = golds.first, let last = golds.last else { return ["", "the", "no idea"][number % 3] }
        switch number % 5 {
        case 0: return first
        case 1: return "The \(last)!"
        case 2: return first.split(separator: " ").reversed().joined(separator: " ")
        case 3: return ""
        default: return "\(first) \(last)"
        }
    }

    /// 10,000 paired resamples of two systems over all nine tasks.
    private func resampling() throws -> BenchFigure {
        let resamples = 10_000
        var tables: [ScoreTable] = []
        for task in BenchmarkTask.glue {
            let n = OfficialSize.examples(of: task, split: .dev).last ?? 0
            tables.append(try ScoreTable([1, 2].map { try Self.predictions(task, count: n, salt: $0) }))
        }
        let bootstrap = Bootstrap(resamples: resamples)
        let seconds = Stopwatch.median(of: selection.repeats) {
            for table in tables { _ = PairedComparison(table, permutes: false, bootstrap: bootstrap) }
        }
        let draws = Stopwatch.median(of: selection.repeats) {
            for table in tables { _ = bootstrap.run { table.resample(using: &$0).count } }
        }
        return BenchFigure(
            name: "scoring/paired-bootstrap",
            value: Double(resamples) / seconds,
            unit: "resamples/s of nine tasks",
            ceiling: Double(resamples) / draws
        )
    }

    /// 10,000 two-level resamples of ten systems with five seeds each over all nine tasks, with their ranking.
    private func manySystems() throws -> BenchFigure {
        let resamples = 10_000
        var tables: [ScoreTable] = []
        for task in BenchmarkTask.glue {
            let n = OfficialSize.examples(of: task, split: .dev).last ?? 0
            tables.append(try ScoreTable((1...50).map { try Self.predictions(task, count: n, salt: $0) }))
        }
        let owners = (0..<50).map { $0 / 5 }
        let seconds = Stopwatch.median(of: selection.repeats) {
            let draws = tables.enumerated().map { number, table in
                MultiBootstrap(Bootstrap(resamples: resamples, seed: UInt64(number) + 1))
                    .draws(table, owners: owners, systems: 10)
            }
            let means = (0..<10).compactMap { system in SystemDraws.mean(of: draws.compactMap { $0[system] }) }
            precondition(SystemRanking(means).ranks.count == 10, "every system is ranked")
        }
        return BenchFigure(
            name: "scoring/multi-bootstrap",
            value: Double(resamples) / seconds,
            unit: "resamples/s of nine tasks, ten systems, five seeds"
        )
    }

    /// Gold labels in turn, two of three predictions right.
    private static func predictions(_ task: BenchmarkTask, count: Int, salt: Int) throws -> GLUEExamples {
        var labels = ["0.5", "1.5", "2.5", "3.5", "4.5"]
        if case .classification(let known) = task.output { labels = known }
        let rows = (0..<count).map { LabelledRow(id: "\($0)", label: labels[$0 % labels.count]) }
        let predicted = (0..<count).map { number in
            (number &* 2_654_435_761 &* salt) >> 7 % 3 == 0
                ? labels[(number + salt) % labels.count] : labels[number % labels.count]
        }
        return try GLUEExamples(task: task, rows: rows, predicted: predicted)
    }
}

/// An official evaluator on files of its own.
private struct OfficialScript {
    private let python: String
    private let arguments: [String]
    private let predictions: URL

    init(python: String, path: String, gold: String, answers: [UInt8]) throws {
        guard FileManager.default.fileExists(atPath: path) else {
            throw BenchError(.input, "\(path): the official script is missing")
        }
        predictions = FileManager.default.temporaryDirectory.appendingPathComponent("podium-\(UUID().uuidString).json")
        try Data(answers).write(to: predictions)
        self.python = python
        arguments = [path, gold, predictions.path]
    }

    func run() async throws {
        let result = try await Subprocess.run(
            .name(python),
            arguments: Arguments(arguments),
            output: .discarded,
            error: .string(limit: 1 << 20)
        )
        guard result.terminationStatus.isSuccess else {
            let said = result.standardError.split(separator: "\n").last.map(String.init) ?? "no message"
            throw BenchError(.failed, "\(arguments[0]) failed: \(said)")
        }
    }

    func remove() { try? FileManager.default.removeItem(at: predictions) }
}
