import ArgumentParser
import Foundation
import PodiumCore
import PodiumData
import PodiumEval

struct BenchScoring: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scoring",
        abstract: "SQuAD scoring and paired resampling on whole development sets.",
        discussion: """
            Needs the official development sets. The predictions are made from the references: \
            right, nearly right, reordered, empty, too long. The ceiling of SQuAD scoring is \
            reading the same bytes once; of resampling, drawing its random numbers alone.

            Example:
              podium bench scoring --data ~/data
            """
    )

    @OptionGroup var options: BenchOptions
    @Option(help: "A folder in the official layout (glue/, squad/).", completion: .directory)
    var data: String = ProcessInfo.processInfo.environment["PODIUM_TEST_DATA"] ?? "."

    func run() throws {
        var figures: [BenchFigure] = []
        for task in [BenchmarkTask.squadV1, .squadV2] where options.selects("scoring/\(Self.name(task))") {
            figures.append(try squad(task))
        }
        if options.selects("scoring/paired-bootstrap") { figures.append(try resampling()) }
        try options.print(figures)
    }

    private static func name(_ task: BenchmarkTask) -> String { task == .squadV1 ? "squad-v1.1" : "squad-v2.0" }

    private func squad(_ task: BenchmarkTask) throws -> BenchFigure {
        let gold = try DataRoot(path: data).read(task: task, split: "dev").bytes
        let references = try SQuADReferences(json: gold).questions
        let answers = JSONValue.object(
            references.enumerated().map { number, reference in
                JSONValue.Member("\(reference.id)", .string(Self.answer(number, reference.answers.map { "\($0)" })))
            }
        )
        let predictions = Array(answers.text.utf8)
        let seconds = try Stopwatch.median(of: options.repeats) {
            let questions = try SQuADReferences(json: gold).questions
            let answers = try SQuADPredictions(json: predictions)
            _ =
                task == .squadV1
                ? try SQuADScore.v1(questions, predictions: answers)
                : try SQuADScore.v2(questions, predictions: answers)
        }
        var total: UInt64 = 0
        let scan = Stopwatch.median(of: options.repeats) {
            for byte in gold { total &+= UInt64(byte) }
            for byte in predictions { total &+= UInt64(byte) }
        }
        precondition(total > 0, "the scan is not optimised away")
        let count = Double(references.count)
        return BenchFigure(
            name: "scoring/\(Self.name(task))",
            value: count / seconds,
            unit: "questions/s",
            ceiling: count / scan
        )
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
        let seconds = Stopwatch.median(of: options.repeats) {
            for table in tables { _ = PairedComparison(table, first: 1, bootstrap: bootstrap) }
        }
        let draws = Stopwatch.median(of: options.repeats) {
            for table in tables { _ = bootstrap.run { table.resample(using: &$0).count } }
        }
        return BenchFigure(
            name: "scoring/paired-bootstrap",
            value: Double(resamples) / seconds,
            unit: "resamples/s of nine tasks",
            ceiling: Double(resamples) / draws
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
