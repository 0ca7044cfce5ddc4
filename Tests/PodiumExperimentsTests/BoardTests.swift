import PodiumCore
import PodiumExperiments
import PodiumReport
import RealData
import Testing

/// Public leaderboards with the ranks that the sizes of their test sets leave open.
struct BoardTests {
    private static let squad = Array(
        """
        {"config": {"evaluate": {"command": "evaluate-v2.0.py"}}, "leaderboard": [
          {"submission": {"description": "a <b>\\u202e"}, "scores": {"exact_match": 80, "f1": 85.5}},
          {"submission": {"description": "c"}, "scores": {"exact_match": 90, "f1": 92}},
          {"submission": {}, "scores": {"exact_match": 80.1, "f1": null}},
          {"submission": {"description": "none"}, "scores": null}
        ]}
        """.utf8
    )

    @Test func aBoardOfSQuADIsRankedByItsTestSet() throws {
        let board = try PublishedBoard(bytes: Self.squad, name: "out.json")
        #expect(
            board.columns.map(\.title) == ["exact match", "F1"] && board.columns.allSatisfy { $0.examples == 8862 }
        )
        let exact = board.columns[0]
        #expect(exact.entries.map { ($0.value * 1000).rounded() } == [900, 801, 800])
        #expect(exact.entries.map { [$0.bestRank, $0.worstRank] } == [[1, 1], [2, 3], [2, 3]])
        #expect(exact.adjacentPairs == 2 && exact.separablePairs == 1 && exact.entries.map(\.tier) == [1, 2, 2])
        #expect(board.text(limit: 1).contains("1 of 2 adjacent pairs separable"))
        #expect(!board.text(limit: 9).contains("\u{202E}"))
    }

    @Test func boardsOfTheReportsTablesAreRanked() throws {
        let table = try #require(try PublishedResults.load().first { $0.id == "glue-board" })
        let board = try PublishedBoard(table)
        let average = try #require(board.columns.first)
        // QNLI's first version was withdrawn, so two rows have no complete average.
        #expect(average.title == "GLUE average" && average.entries.map(\.name) == ["Human", "BERT-Large", "BERT-Base"])
        let wnli = try #require(board.columns.first { $0.title == "WNLI" })
        #expect(wnli.examples == 146 && wnli.entries.first?.worstRank == 1)
        // Ties at 65.1 on 146 sentences: nothing but the leader is certain.
        #expect(wnli.entries.dropFirst().allSatisfy { $0.bestRank == 2 && $0.worstRank == 5 })
        let dev = try #require(try PublishedResults.load().first { $0.split == "dev" })
        #expect(throws: ExperimentError.self) { try PublishedBoard(dev) }
    }

    @Test func whatIsNoBoardIsRefused() {
        for text in ["{}", "{\"leaderboard\": []}", "[1", "id: x\nsplit: test\n", ""] {
            #expect(throws: ExperimentError.self) { try PublishedBoard(bytes: Array(text.utf8), name: "file") }
        }
    }

    /// The boards as they were: hundreds of systems, of which few neighbours can be told apart.
    @Test(.realData, arguments: ["1.1", "2.0"])
    func theRealBoardsHaveFewSeparableNeighbours(version: String) throws {
        let path = "squad/leaderboard/out-v\(version).json"
        let board = try PublishedBoard(bytes: try RealData.bytes(path), name: path)
        #expect(board.columns.count == 2)
        for column in board.columns {
            #expect(column.entries.count > 100)
            #expect(column.separablePairs * 10 < column.adjacentPairs, "\(column.separablePairs)")
            #expect(column.entries.allSatisfy { $0.bestRank <= $0.worstRank })
            // The systems that may be best are many.
            #expect((column.entries.first?.worstRank ?? 0) > 1)
        }
    }
}
