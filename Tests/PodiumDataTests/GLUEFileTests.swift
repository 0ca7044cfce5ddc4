import PodiumCore
import PodiumData
import PodiumPrimitives
import RealData
import Testing

@Suite("GLUE's tables") struct GLUEFileTests {
    /// Row counts of the real files (the data folder's own README).
    @Test(
        .realData,
        arguments: [
            (BenchmarkTask.cola, DataSplit.train, 8551), (.cola, .dev, 1043), (.cola, .test, 1063),
            (.sst2, .train, 67349), (.sst2, .dev, 872), (.sst2, .test, 1821),
            (.mrpc, .train, 3668), (.mrpc, .dev, 408), (.mrpc, .test, 1725),
            (.stsb, .train, 5749), (.stsb, .dev, 1500), (.stsb, .test, 1379),
            (.qnli, .dev, 5463), (.qnli, .test, 5463),
            (.rte, .train, 2490), (.rte, .dev, 277), (.rte, .test, 3000),
            (.wnli, .train, 635), (.wnli, .dev, 71), (.wnli, .test, 146),
            (.mnli, .train, 10000), (.mnli, .devMatched, 9815), (.mnli, .devMismatched, 1000),
            (.qqp, .train, 23497), (.qqp, .dev, 9163), (.ax, .test, 1104),
        ]
    )
    func realFilesHaveTheirRows(task: BenchmarkTask, split: DataSplit, rows: Int) throws {
        let file = try DataRoot(path: RealData.root).read(task: task, split: split)
        let kind: GLUEFile.Split = split == .train ? .train : split == .test ? .test : .dev
        let examples = try GLUEFile.read(task: task, split: kind, bytes: file.bytes, name: file.name).examples
        #expect(examples.count == rows)
        #expect(examples.allSatisfy { !$0.first.isEmpty })
        // The diagnostic set is published with its labels.
        #expect(examples.allSatisfy { ($0.label == nil) == (split == .test && task != .ax) })
        if case .classification(let labels) = task.output, split != .test {
            #expect(Set(examples.compactMap(\.label)) == Set(labels))
        }
    }

    /// 279 of MRPC's 408 development pairs are paraphrases; 40 of WNLI's 71 are negative.
    @Test(.realData) func labelsAreTheOfficialOnes() throws {
        func count(_ task: BenchmarkTask, _ label: String) throws -> Int {
            let file = try DataRoot(path: RealData.root).read(task: task, split: .dev)
            return try GLUEFile.read(task: task, split: .dev, bytes: file.bytes, name: "dev.tsv")
                .examples.filter { $0.label == label }.count
        }
        #expect(try count(.mrpc, "1") == 279)
        #expect(try count(.wnli, "0") == 40)
    }

    @Test func quotationMarksAreText() throws {
        let examples = try GLUEFile.read(
            task: .sst2,
            split: .dev,
            bytes: Array("sentence\tlabel\r\n\"a \"\" b\t1\r\n".utf8),
            name: "dev.tsv"
        ).examples
        #expect(examples == [LabelledText(id: "0", first: "\"a \"\" b", second: nil, label: "1")])
    }

    static let wrong: [(BenchmarkTask, [UInt8], DataError.Code, String)] = [
        (.sst2, Array("".utf8), .empty, "dev.tsv: the file has no rows"),
        (.sst2, Array("sentence\tlabel\n".utf8), .empty, "no rows"),
        (.sst2, Array("text\tlabel\na\t1\n".utf8), .missingColumn, "dev.tsv:1: the column sentence is missing"),
        (
            .sst2, Array("sentence\tlabel\na\t1\nb\n".utf8), .missingColumn,
            "dev.tsv:3: the row has 1 column where the file has 2"
        ),
        (.sst2, Array("sentence\tlabel\na\t2\n".utf8), .invalidLabel, "dev.tsv:2:2: \"2\" is no label"),
        (.cola, Array("x\t1\n".utf8), .missingColumn, "dev.tsv:1: the row has 2 columns where the file has 4"),
        (.rte, Array("index\tsentence1\tsentence2\tlabel\n0\ta\tb\t1\n".utf8), .invalidLabel, "entailment"),
        (.stsb, Array("sentence1\tsentence2\tscore\na\tb\t7\n".utf8), .invalidLabel, "from 0.0 to 5.0"),
        (.stsb, Array("sentence1\tsentence2\tscore\na\tb\tnan\n".utf8), .invalidLabel, "no score"),
        (
            .sst2, Array("sentence\tlabel\n".utf8) + [0xFF, 0x09, 0x31, 0x0A], .invalidUTF8,
            "dev.tsv:2: the line is not"
        ),
        (.mnli, Array("sentence1\tsentence2\na\tb\n".utf8), .missingColumn, "gold_label"),
    ]

    @Test(arguments: wrong)
    func wrongFilesSayWhere(task: BenchmarkTask, bytes: [UInt8], code: DataError.Code, says: String) throws {
        let error = #expect(throws: DataError.self) {
            try GLUEFile.read(task: task, split: .dev, bytes: bytes, name: "dev.tsv")
        }
        #expect(error?.code == code)
        #expect(error?.description.contains(says) == true, "\(error.map(String.init(describing:)) ?? "")")
    }

    /// The official training set of QQP has such records; a tab too many would shift a row's texts in silence.
    @Test func aFewRowsWithOtherColumnsAreLeftOutOfTraining() throws {
        let header = "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n"
        let row = "1\t2\t3\tWhat?\tWhy?\t0\n"
        let split = "4\t5\t6\tHow should I begin?\n\"\tWhere does it end?\t0\n"
        let long = "7\t8\t9\tIs this\ta row?\tIs that?\t1\n"
        let text = header + row + split + row + long + row
        let content = try GLUEFile.read(task: .qqp, split: .train, bytes: Array(text.utf8), name: "train.tsv")
        #expect(content.examples.map(\.id) == ["0", "1", "2"])
        #expect(content.examples.allSatisfy { $0.first == "What?" && $0.second == "Why?" && $0.label == "0" })
        #expect(content.skippedLines == [3, 4, 6])
        for (part, text) in [(GLUEFile.Split.train, header + row + split + split + split), (.dev, text)] {
            let error = #expect(throws: DataError.self) {
                try GLUEFile.read(task: .qqp, split: part, bytes: Array(text.utf8), name: "x.tsv")
            }
            #expect(error?.code == .missingColumn && error?.place?.line == 3, "\(part)")
        }
    }

    @Test func aMissingFileNamesThePlacesLookedAt() throws {
        let error = #expect(throws: DataError.self) { try DataRoot(path: "/nowhere").read(task: .mrpc, split: .dev) }
        #expect(error?.description.contains("/nowhere/MRPC/dev.tsv and /nowhere/glue/MRPC/dev.tsv") == true)
    }
}
