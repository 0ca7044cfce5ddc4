import PodiumCore
import PodiumReport
import Testing

@Suite struct PublishedTests {
    @Test func everyTableHasSourceSplitAndProcedure() throws {
        let tables = try PublishedResults.load()
        #expect(tables.count == 12)
        for table in tables {
            #expect(!table.source.isEmpty && !table.procedure.isEmpty && !table.rows.isEmpty)
            #expect(["dev", "test"].contains(table.split))
        }
        #expect(Set(tables.map(\.id)).count == tables.count)
    }

    @Test func leaderboardRowsOfTheLiteratureAreThere() throws {
        let board = try #require(try PublishedResults.load().first { $0.id == "glue-board" })
        #expect(board.rows.map(\.name) == ["Human", "BERT-Large", "BERT-Base", "OpenAI GPT", "BiLSTM+ELMo+Attn"])
        #expect(board.rows.allSatisfy { $0.isHeadline })
        let large = board.rows[1]
        #expect(large.averages["glue"]?.printed == "80.5")
        #expect(large.values.first { $0.task == .mrpc && $0.metric == "f1" }?.number.printed == "89.3")
    }

    /// A row's own average, worked out again from its cells, which are rounded to one decimal.
    @Test(arguments: ["glue-board", "small-berts"])
    func glueAveragesFollowFromTheirCells(table: String) throws {
        let rows = try #require(try PublishedResults.load().first { $0.id == table }).rows
        for row in rows {
            let scores = BenchmarkTask.glue.compactMap { task -> Double? in
                let values = row.values.filter { $0.task == task }.map(\.number.value)
                return values.count == task.metrics.count ? values.reduce(0, +) / Double(values.count) : nil
            }
            guard scores.count == 9, let printed = row.averages["glue"] else { continue }
            #expect(abs(scores.reduce(0, +) / 9 - printed.value) < 0.0007, "\(row.name)")
        }
    }

    @Test func paperAveragesAreFlatMeansOfNineNumbers() throws {
        let rows = try #require(try PublishedResults.load().first { $0.id == "bert-paper-glue" }).rows
        for row in rows {
            #expect(row.values.count == 9)
            let mean = row.values.map(\.number.value).reduce(0, +) / 9
            #expect(abs(mean - (row.averages["bert-paper"]?.value ?? 0)) < 0.0007, "\(row.name)")
        }
    }

    @Test func rowsWithoutAWantedTaskAreLeftOut() throws {
        let tables = try PublishedResults.load(for: [.squadV2])
        #expect(tables.allSatisfy { $0.rows.allSatisfy { $0.values.allSatisfy { $0.task == .squadV2 } } })
        #expect(tables.map(\.id) == ["squad-v2.0-test", "minilm-dev", "squad-v2.0-dev"])
    }

    @Test(arguments: [
        ("", "no “id”"),
        ("id: [", "not YAML"),
        ("id: x\nsplit: train\n", "must be dev or test"),
        (PublishedTests.head + "columns: [glue/XYZ accuracy]\nrows: {a: [1]}\n", "is no column"),
        (PublishedTests.head + "columns: [glue/RTE f1]\nrows: {a: [1]}\n", "is no column"),
        (PublishedTests.head + "columns: [glue/RTE accuracy]\nrows: {a: [1, 2]}\n", "there must be 1 values"),
        (PublishedTests.head + "columns: [glue/RTE accuracy]\nrows: {a: [many]}\n", "not a number"),
        (PublishedTests.head + "columns: [glue/RTE accuracy]\nrows: {a: [101]}\n", "not a number"),
        (PublishedTests.head + "columns: [glue/RTE accuracy]\nrows: {a: [1]}\nheadlineRows: [b]\n", "does not exist"),
    ])
    func brokenTableIsRefused(yaml: String, complaint: String) throws {
        let error = try #require(throws: ReportError.self) { try PublishedResults.parse(yaml) }
        #expect(error.code == .invalidPublishedTable)
        #expect(error.message.contains(complaint))
    }

    fileprivate static let head = "id: x\ntitle: t\nsource: s\nsplit: dev\nprocedure: p\n"
}
