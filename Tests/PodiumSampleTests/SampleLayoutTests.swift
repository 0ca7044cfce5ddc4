import PodiumCore
import PodiumData
import PodiumSample
import Testing

@Suite("The sample in the official layouts")
struct SampleLayoutTests {
    static let files = Sample().files()

    static func file(_ path: String) throws -> Sample.File {
        try #require(files.first { $0.path == path }, "the sample has no \(path)")
    }

    static func examples(_ task: BenchmarkTask, _ split: DataSplit) throws -> [LabelledText] {
        let name = DataRoot.fileName(task: task, split: split)
        let part: GLUEFile.Split = split == .train ? .train : .dev
        return try GLUEFile.read(task: task, split: part, bytes: file("glue/\(name)").bytes, name: name).examples
    }

    static func header(_ task: BenchmarkTask, _ split: DataSplit) throws -> [String] {
        let bytes = try file("glue/" + DataRoot.fileName(task: task, split: split)).bytes
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self).components("\t")
    }

    @Test(arguments: [
        (BenchmarkTask.cola, 600, 200), (.sst2, 400, 200), (.mrpc, 400, 160), (.stsb, 400, 160), (.qqp, 400, 160),
        (.mnli, 402, 150), (.qnli, 400, 160), (.rte, 400, 160), (.wnli, 308, 72),
    ])
    func theReadersFindEveryExample(task: BenchmarkTask, train: Int, dev: Int) throws {
        #expect(try Self.examples(task, .train).count == train)
        for split in DataRoot.evaluationSplits(of: task) {
            #expect(try Self.examples(task, split).count == dev)
        }
    }

    @Test func columnsStandWhereTheOfficialFilesHaveThem() throws {
        #expect(try Self.header(.sst2, .train) == ["sentence", "label"])
        #expect(try Self.header(.mrpc, .dev) == ["\u{FEFF}Quality", "#1 ID", "#2 ID", "#1 String", "#2 String"])
        #expect(try Self.header(.qqp, .dev) == ["id", "qid1", "qid2", "question1", "question2", "is_duplicate"])
        #expect(try Self.header(.stsb, .dev).count == 10)
        #expect(try Self.header(.mnli, .train).count == 12)
        #expect(try Self.header(.mnli, .devMatched).count == 16)
        #expect(try Self.header(.qnli, .dev) == ["index", "question", "sentence", "label"])
        #expect(try Self.header(.rte, .dev) == ["index", "sentence1", "sentence2", "label"])
        // CoLA starts with its first example: source, label, the author's mark, sentence.
        #expect(try Self.header(.cola, .train).count == 4)
    }

    @Test(arguments: BenchmarkTask.glue)
    func everyRowHasAsManyFieldsAsTheFirst(task: BenchmarkTask) throws {
        for split in [.train] + DataRoot.evaluationSplits(of: task) {
            let bytes = try Self.file("glue/" + DataRoot.fileName(task: task, split: split)).bytes
            let lines = String(decoding: bytes, as: UTF8.self).components("\n").dropLast()
            let counts = Set(lines.map { $0.components("\t").count })
            #expect(counts.count == 1, "\(task.rawValue) \(split): \(counts.sorted()) fields")
        }
    }

    @Test(arguments: BenchmarkTask.glue.filter { $0 != .stsb })
    func labelsAreBalanced(task: BenchmarkTask) throws {
        guard case .classification(let labels) = task.output else { return }
        for split in [.train] + DataRoot.evaluationSplits(of: task) {
            let examples = try Self.examples(task, split)
            for label in labels {
                #expect(examples.count { $0.label == label } * labels.count == examples.count)
            }
        }
    }

    @Test func similarityScoresFillTheWholeScale() throws {
        let scores = try Self.examples(.stsb, .dev).compactMap(\.label).compactMap(Double.init)
        for grade in 0..<5 {
            let share = scores.filter { $0 >= Double(grade) && $0 <= Double(grade + 1) }.count
            #expect(share * 20 >= scores.count, "few scores from \(grade) to \(grade + 1)")
        }
    }

    @Test(arguments: BenchmarkTask.glue)
    func noDevelopmentTextWasTrainedOn(task: BenchmarkTask) throws {
        let train = Set(try Self.examples(task, .train).flatMap(\.texts))
        for split in DataRoot.evaluationSplits(of: task) {
            let shared = try Self.examples(task, split).flatMap(\.texts).filter { train.contains($0) }
            #expect(shared.isEmpty)
        }
    }

    static func testExamples(_ task: BenchmarkTask) throws -> [(task: BenchmarkTask, examples: [LabelledText])] {
        var parts = TaskExamples(task)
        parts.predict = PredictedSet.allCases
        return try parts.unscoredSets.map { set in
            let name = set.task == .ax ? "AX/diagnostic-full.tsv" : DataRoot.fileName(task: set.task, split: set.split)
            let bytes = try file("glue/\(name)").bytes
            return (set.task, try GLUEFile.read(task: set.task, split: .test, bytes: bytes, name: name).examples)
        }
    }

    @Test(arguments: BenchmarkTask.glue)
    func testSetsHaveNoLabelsAndTheDiagnosticSetHas(task: BenchmarkTask) throws {
        let sets = try Self.testExamples(task)
        #expect(sets.count == (task == .mnli ? 3 : 1))
        for (of, examples) in sets {
            #expect(examples.count == 60)
            #expect(examples.allSatisfy { ($0.label != nil) == (of == .ax) })
        }
    }

    @Test(arguments: BenchmarkTask.glue)
    func noTestTextWasTrainedOnOrTold(task: BenchmarkTask) throws {
        let lines = Set(
            Self.files.filter { $0.path.hasPrefix("text/") }
                .flatMap { String(decoding: $0.bytes, as: UTF8.self).components("\n") }
        )
        var known = Set(try Self.examples(task, .train).map(\.first))
        for split in DataRoot.evaluationSplits(of: task) {
            known.formUnion(try Self.examples(task, split).map(\.first))
        }
        for (_, examples) in try Self.testExamples(task) {
            #expect(examples.allSatisfy { !known.contains($0.first) && !lines.contains($0.first) })
        }
    }

    @Test func noDevelopmentTextIsInThePretrainingText() throws {
        let lines = Set(
            Self.files.filter { $0.path.hasPrefix("text/") }
                .flatMap { String(decoding: $0.bytes, as: UTF8.self).components("\n") }
        )
        for task in BenchmarkTask.glue {
            for split in DataRoot.evaluationSplits(of: task) {
                let shared = try Self.examples(task, split).flatMap(\.texts)
                    .filter { lines.contains($0.hasSuffix(" ") ? String($0.dropLast()) : $0) }
                #expect(shared.isEmpty)
            }
        }
        for passage in try SampleSQuADTests.read(.dev).passages {
            #expect(lines.isDisjoint(with: passage.replacing(". ", with: ".\n").components("\n")))
        }
    }
}

extension LabelledText {
    fileprivate var texts: [String] { [first] + (second.map { [$0] } ?? []) }
}

extension String {
    fileprivate func components(_ separator: Character) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}
