import Foundation
import PodiumBERT
import PodiumFiles
import PodiumGraph
import PodiumJobs
import PodiumPretraining
import PodiumText
import Testing

/// Prepared examples on their way into batches.
struct PretrainingBatchesTests {
    /// Examples of a text of forty documents in many small pieces.
    private final class Examples {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("podium-\(UUID().uuidString)").path
        let shards: ExampleShards
        let place: String

        init(duplicates: Int = 2, seed: UInt64 = 1) throws {
            let words = ["river", "bank", "money", "water", "boat", "coin", "loan", "shore", "the", "a"]
            let documents = (0..<40).map { document in
                (0..<12).map { line in
                    (0..<8).map { words[(document * 7 + line * 3 + $0 * $0) % words.count] }.joined(separator: " ")
                }.joined(separator: "\n")
            }
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try AtomicFile.write(Array(documents.joined(separator: "\n\n").utf8), to: "\(folder)/text.txt")
            var counts = WordCounts(lowercases: true)
            for document in documents { counts.add(document) }
            var options = ExampleOptions()
            options.maximumLength = 32
            options.duplicates = duplicates
            options.seed = seed
            let vocabulary = try VocabularyTrainer(size: 60).vocabulary(of: counts)
            (place, shards) = try Preparation(
                files: ["\(folder)/text.txt"],
                tokenizer: Tokenizer(vocabulary: vocabulary, lowercases: true),
                options: options,
                pieceBytes: 1 << 11
            ).run(under: folder)
        }

        deinit { try? FileManager.default.removeItem(atPath: folder) }

        func reader(seed: UInt64 = 1) -> ExampleReader { ExampleReader(shards, in: place, seed: seed) }

        func pass(_ number: Int, seed: UInt64 = 1) throws -> [MaskedExample] {
            var reader = reader(seed: seed)
            return try reader.examples(pass: number, 0..<reader.count(pass: number))
        }
    }

    @Test func aPassIsAFunctionOfSeedAndNumber() throws {
        let examples = try Examples()
        try #require(examples.shards.pieces.count > 7)
        let passes = try (0..<3).map { try examples.pass($0) }
        #expect(passes[0] == (try examples.pass(0)))
        #expect(passes[0] != (try examples.pass(0, seed: 2)))
        // The third pass sees the first one's examples again, in another order.
        func counted(_ pass: [MaskedExample]) -> [MaskedExample: Int] { Dictionary(pass.map { ($0, 1) }) { $0 + $1 } }
        #expect(passes[0] != passes[2])
        #expect(counted(passes[0]) == counted(passes[2]))
        #expect(counted(passes[0]) != counted(passes[1]))
        let inOrder = try examples.shards.pieces.flatMap {
            try ExampleShards.examples(of: $0.shards[0], in: examples.place)
        }
        #expect(counted(inOrder) == counted(passes[0]))
        #expect(inOrder != passes[0])
    }

    @Test func readingMayBeginAnywhere() throws {
        let examples = try Examples()
        let whole = try examples.pass(1)
        for start in stride(from: 0, to: whole.count - 5, by: 13) {
            var reader = examples.reader()
            #expect(try reader.examples(pass: 1, start..<start + 5) == Array(whole[start..<start + 5]))
        }
    }

    @Test func batchesOfAResumedTrainingAreTheSame() throws {
        let examples = try Examples()
        let feed = PretrainingFeed(Objective.release, architecture: .bidirectional)
        var whole = PretrainingBatches(examples.reader(), batchSize: 16, feed: feed)
        let steps = whole.sequencesPerPass / 16 + 3
        let feeds = try (0...steps).map { try whole.batch(step: $0).feeds }
        var resumed = PretrainingBatches(examples.reader(), batchSize: 16, feed: feed)
        #expect(try resumed.batch(step: steps).feeds == feeds[steps])
        #expect(feeds[0] != feeds[steps])
        #expect(whole.steps(passes: 1) == (whole.sequencesPerPass + 15) / 16)
    }

    @Test func oneWayBatchesPairEveryTokenWithItsNeighbour() throws {
        let examples = try Examples()
        var batches = PretrainingBatches(
            examples.reader(),
            batchSize: 4,
            feed: PretrainingFeed([Objective(.nextToken)], architecture: .shallowBidirectional)
        )
        let feeds = try batches.batch(step: 0).feeds
        let (tokens, offsets) = (feeds["tokens"]?.integers ?? [], feeds["offsets"]?.integers ?? [])
        #expect(feeds[HeadTensor.maskedLabels] == nil && feeds[HeadTensor.nextLabels] == nil)
        #expect(tokens == (try examples.pass(0).prefix(4).flatMap(\.originalIDs)))
        for direction in HeadTensor.Direction.allCases {
            let positions = try #require(feeds[HeadTensor.positions(direction)]).integers
            let labels = try #require(feeds[HeadTensor.labels(direction)]).integers
            let side: Int32 = direction == .forward ? 1 : -1
            #expect(zip(positions, labels).allSatisfy { tokens[Int($0 + side)] == $1 })
            // All but the tokens at one end of each sequence.
            let ends = direction == .forward ? offsets.dropFirst().map { $0 - 1 } : Array(offsets.dropLast())
            #expect(Set(positions) == Set(tokens.indices.map { Int32($0) }).subtracting(ends))
        }
    }

    @Test func shardsThatLostExamplesAreRefused() throws {
        let examples = try Examples()
        let shard = examples.shards.pieces[0].shards[0]
        try Data().write(to: URL(fileURLWithPath: "\(examples.place)/\(shard.name)"))
        let error = #expect(throws: PretrainingDataError.self) { _ = try examples.pass(0) }
        #expect(error?.message.contains("prepare anew") == true)
    }
}
