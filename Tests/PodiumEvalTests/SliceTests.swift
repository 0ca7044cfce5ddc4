import PodiumCore
import PodiumEval
import Testing

/// Scores of parts of an evaluation set, against SciPy and NumPy; the script stands beside the vectors.
@Suite struct SliceTests {
    struct File: Decodable {
        struct Row: Decodable {
            var name: String
            var n: Int
            var first: Double?
            var low: Double?
            var high: Double?
            var clusters: Int?
            var difference: Double
            var p: Double
            var adjusted: Double?
            var differenceLow: Double?
            var differenceHigh: Double?
        }

        struct Case: Decodable {
            var scores: [[Double]]
            var groups: [Int]?
            var parts: [Bool]
            var rows: [Row]
        }

        var continuous: Case
        var rightOrWrong: Case
        var clustered: Case
    }

    private let file: File

    init() throws { file = try Fixtures.decode(File.self, from: "slice-vectors.json") }

    private static func slices(_ vectors: File.Case) -> SliceScores {
        SliceScores(
            scores: vectors.scores.map { [$0] },
            groups: vectors.groups?.map { "article \($0)" },
            keys: vectors.parts.map { [PredictionDiff.SliceKey("part", $0 ? "yes" : "no")] },
            compared: (0, 1)
        )
    }

    private func expect(_ vectors: File.Case) throws -> SliceScores {
        let found = Self.slices(vectors)
        #expect(found.slices.count == vectors.rows.count && found.small == 0)
        for row in vectors.rows {
            let slice = try #require(found.slices.first { $0.key.name == row.name })
            #expect(slice.n == row.n)
            let difference = try #require(slice.difference)
            #expect(abs(difference.value - row.difference) < 1e-12)
            #expect(try abs(#require(difference.p) - row.p) < 1e-9, "\(row.name): \(difference)")
            if let adjusted = row.adjusted { #expect(try abs(#require(difference.adjustedP) - adjusted) < 1e-9) }
            if let low = row.differenceLow, let high = row.differenceHigh {
                let interval = try #require(difference.interval)
                #expect(abs(interval.low - low) < 1e-9 && abs(interval.high - high) < 1e-9)
                #expect(interval.clusters == row.clusters)
            }
            if let first = row.first, let low = row.low, let high = row.high {
                #expect(abs(slice.scores[0].value - first) < 1e-12)
                let interval = slice.scores[0].interval
                #expect(abs(interval.low - low) < 1e-9 && abs(interval.high - high) < 1e-9, "\(row.name): \(interval)")
            }
        }
        return found
    }

    @Test func singleRunsAreComparedByThePairedTTest() throws {
        let found = try expect(file.continuous)
        #expect(found.slices[0].scores[0].interval.method == .effectiveWilson)
        let sizes = found.slices.map { $0.difference?.value.magnitude ?? 0 }
        #expect(sizes == sizes.sorted(by: >))
    }

    @Test func runsThatAreRightOrWrongAreComparedByMcNemar() throws {
        let found = try expect(file.rightOrWrong)
        #expect(found.slices.allSatisfy { $0.scores[0].interval.method == .clopperPearson })
    }

    @Test func questionsAboutOneArticleAreNotIndependent() throws {
        _ = try expect(file.clustered)
    }

    @Test func withIndependentExamplesTheIntervalIsWilsons() throws {
        let (right, total) = (345, 408)
        let share = Double(right) / Double(total)
        let exact = try Interval.wilson(successes: right, of: total)
        let found = Interval.effectiveWilson(
            mean: share,
            standardError: (share * (1 - share) / Double(total)).squareRoot(),
            units: total,
            degreesOfFreedom: .infinity
        )
        #expect(abs(found.low - exact.low) < 1e-12 && abs(found.high - exact.high) < 1e-12)
        // A mean that shows no error still has an interval.
        let all = Interval.effectiveWilson(mean: 1, standardError: 0, units: total, degreesOfFreedom: .infinity)
        #expect(try all.high == 1 && abs(all.low - Interval.wilson(successes: total, of: total).low) < 1e-12)
    }

    @Test func smallPartsAreCountedAndTheWholeSetIsNoPart() {
        let keys = (0..<100).map { place in
            [PredictionDiff.SliceKey("label", "1"), .init("words", place < 19 ? "1–8" : place < 60 ? "9–16" : "17–32")]
        }
        let found = SliceScores(
            scores: [[(0..<100).map { $0 % 2 == 0 ? 1 : 0 }]],
            groups: nil,
            keys: keys,
            compared: nil
        )
        #expect(found.slices.map(\.key.name) == ["9–16", "17–32"] && found.small == 1)
        #expect(found.slices.map(\.n) == [41, 40] && found.slices.allSatisfy { $0.difference == nil })
    }

    @Test func examplesFallIntoPartsByTheirTask() {
        func names(_ task: BenchmarkTask, _ example: ExamplePrediction) -> [String] {
            ExampleSlices.keys(of: example, task: task, traits: example.traits).map { "\($0.axis): \($0.name)" }
        }
        var example = ExamplePrediction(split: .devMatched, example: "1", prediction: "x", gold: "neutral", score: 1)
        #expect(names(.mnli, example) == ["label: neutral", "set: matched"])
        example.traits = InputTraits(words: 9, unknownPieces: 1, cutPieces: 2, sharedWords: 25)
        #expect(
            names(.mnli, example).dropFirst(2) == [
                "words: 9–16", "words of the second in the first: 25–49 %", "input: cut off", "[UNK]: in the input",
            ]
        )
        example = ExamplePrediction(split: .dev, example: "1", prediction: "1.5", gold: "5.0", score: -4)
        #expect(names(.stsb, example) == ["gold score: 4 to 5"])
        #expect(ExampleSlices.score(example.score, task: .stsb) == 0.6)
        example = ExamplePrediction(split: .dev, example: "1", prediction: "", gold: "", score: 1)
        #expect(names(.squadV2, example) == ["answerable: no"])
        example.gold = "in 1912"
        example.traits = InputTraits(words: 513, unknownPieces: 0, cutPieces: 0, windows: 3, questionWord: "when")
        #expect(
            names(.squadV2, example) == [
                "answerable: yes", "answer type: number or date", "answer length: 2–3 words",
                "passage words: 513 and more", "question: when", "passage read: in several parts",
                "[UNK]: not in the input",
            ]
        )
    }
}
