import PodiumBERT
import PodiumGraph
import PodiumSample
import PodiumText
import Testing

@Suite struct PretrainingTests {
    private static let maximumLength = 128
    private static let storiesPerDocument = 25
    private let tokenizer: Tokenizer
    private let documents: [[String]]

    init() throws {
        (documents, tokenizer) = try Self.prose.get()
    }

    /// The sample's stories as sentences, many stories to a document, and a tokenizer for them.
    private static let prose = Result {
        let text = try #require(Sample().files().first { $0.path == "text/stories.txt" }?.bytes)
        let stories = String(decoding: text, as: UTF8.self).split(separator: "\n\n").map { story in
            story.split(separator: "\n").map(String.init)
        }
        let documents = stride(from: 0, to: stories.count, by: storiesPerDocument).map { start in
            Array(stories[start..<min(stories.count, start + storiesPerDocument)].joined())
        }
        var counts = WordCounts(lowercases: true)
        for document in documents { for sentence in document { counts.add(sentence) } }
        let vocabulary = try VocabularyTrainer(size: 2000).vocabulary(of: counts)
        return (documents, Tokenizer(vocabulary: vocabulary, lowercases: true))
    }

    private func text(seed: UInt64 = 1, _ change: (inout PretrainingOptions) -> Void = { _ in }) throws
        -> PretrainingText
    {
        var options = PretrainingOptions()
        options.maximumLength = Self.maximumLength
        change(&options)
        return try PretrainingText(documents: documents, tokenizer: tokenizer, options: options, seed: seed)
    }

    /// Whether the share is the expected one within four standard deviations of drawing so many.
    private func isShare(_ count: Int, of total: Int, _ expected: Double) -> Bool {
        let share = Double(count) / Double(total)
        return abs(share - expected) < 4 * (expected * (1 - expected) / Double(total)).squareRoot()
    }

    @Test func sequencesAreTwoSegmentsBetweenSpecialTokens() throws {
        let vocabulary = tokenizer.vocabulary
        for example in try text().examples(pass: 0) {
            #expect(example.ids.count <= Self.maximumLength)
            #expect(example.ids.first == vocabulary.classification)
            #expect(example.ids.last == vocabulary.separator)
            let firstLength = try #require(example.types.firstIndex(of: 1))
            #expect(example.ids[firstLength - 1] == vocabulary.separator)
            #expect(firstLength > 2 && example.ids.count > firstLength + 1)
            #expect(example.types == example.ids.indices.map { $0 < firstLength ? 0 : 1 })
        }
    }

    @Test func fifteenPercentArePredictedAsTheReleaseMasksThem() throws {
        let vocabulary = tokenizer.vocabulary
        var (chosen, masked, kept) = (0, 0, 0)
        for example in try text().examples(pass: 0) {
            let expected = Int((Double(example.ids.count) * 0.15).rounded(.toNearestOrEven))
            #expect(example.maskedPositions.count == max(1, expected))
            #expect(example.maskedLabels.count == example.maskedPositions.count)
            #expect(example.maskedPositions == example.maskedPositions.sorted())
            #expect(Set(example.maskedPositions).count == example.maskedPositions.count)
            for (position, label) in zip(example.maskedPositions, example.maskedLabels) {
                #expect(label != vocabulary.classification && label != vocabulary.separator)
                chosen += 1
                if example.ids[Int(position)] == vocabulary.mask { masked += 1 }
                if example.ids[Int(position)] == label { kept += 1 }
            }
        }
        #expect(chosen > 5000)
        #expect(isShare(masked, of: chosen, 0.8))
        // A random piece is the right one once in 2,000.
        #expect(isShare(kept, of: chosen, 0.1))
    }

    @Test func predictionsAreLimited() throws {
        let examples = try text { $0.maximumPredictions = 3 }.examples(pass: 0)
        #expect(examples.map(\.maskedPositions.count).max() == 3)
    }

    @Test func halfOfTheSecondSegmentsAreFromElsewhere() throws {
        // A document's last sentence alone cannot be followed by its next one, so there are a few more random ones.
        let examples = try (0..<4).flatMap { try text().examples(pass: $0) }
        let random = examples.count { $0.nextLabel == 1 }
        let share = Double(random) / Double(examples.count)
        #expect(share > 0.45 && share < 0.65, "\(share)")
    }

    @Test func aNextSegmentContinuesTheFirstInTheText() throws {
        let whole: [Int32] = documents.flatMap { document in [-1] + document.flatMap { tokenizer.ids(of: $0) } }
        let places = Dictionary(grouping: whole.indices.dropLast(), by: { Pair(whole[$0], whole[$0 + 1]) })
        // Segments that were cut to fit do not touch; whole ones must.
        let examples = try text().examples(pass: 0).filter { $0.nextLabel == 0 && $0.ids.count < Self.maximumLength }
        #expect(examples.count > 10)
        for example in examples {
            var ids = example.ids
            for (position, label) in zip(example.maskedPositions, example.maskedLabels) { ids[Int(position)] = label }
            let cut = try #require(example.types.firstIndex(of: 1))
            let text = ids[1..<(cut - 1)] + ids[cut..<(ids.count - 1)]
            let starts = places[Pair(text[1], text[2])] ?? []
            #expect(starts.contains { whole[$0...].starts(with: text) })
        }
    }

    private struct Pair: Hashable {
        var first: Int32
        var second: Int32

        init(_ first: Int32, _ second: Int32) { (self.first, self.second) = (first, second) }
    }

    @Test func someSequencesAreShortOnPurpose() throws {
        func meanLength(_ probability: Double) throws -> Double {
            let examples = try text { $0.shortProbability = probability }.examples(pass: 0)
            return Double(examples.reduce(0) { $0 + $1.ids.count }) / Double(examples.count)
        }
        // A pair is never shorter than two sentences.
        #expect(try meanLength(0) > 0.95 * Double(Self.maximumLength))
        #expect(try meanLength(1) < 0.85 * Double(Self.maximumLength))
    }

    @Test func examplesAreAFunctionOfSeedAndPass() throws {
        let first = try text { $0.duplicateFactor = 2 }
        #expect(first.examples(pass: 0) == (try text { $0.duplicateFactor = 2 }).examples(pass: 0))
        #expect(first.examples(pass: 0) != (try text(seed: 2) { $0.duplicateFactor = 2 }).examples(pass: 0))
        let passes = (0..<3).map { first.examples(pass: $0) }
        #expect(passes[0] != passes[1])
        // The third pass sees the first one's masks again, in another order.
        #expect(passes[0] != passes[2])
        #expect(Set(passes[0]) == Set(passes[2]))
        #expect(Set(passes[0]) != Set(passes[1]))
    }

    @Test func batchesOfAResumedTrainingAreTheSame() throws {
        let text = try text()
        var whole = PretrainingBatches(text, batchSize: 16)
        let steps = whole.sequencesPerPass / 16 + 3
        let feeds = (0...steps).map { whole.batch(step: $0).feeds }
        var resumed = PretrainingBatches(text, batchSize: 16)
        #expect(resumed.batch(step: steps).feeds == feeds[steps])
        #expect(feeds[0] != feeds[steps])
    }

    @Test func withoutNextSentencesASequenceIsOneStretchOfText() throws {
        let whole = documents.flatMap { $0.flatMap { tokenizer.ids(of: $0) } }
        let examples = try text { $0.drawsNextSentences = false }.examples(pass: 0)
        #expect(examples.count > 10)
        for example in examples.prefix(10) {
            #expect(example.types.allSatisfy { $0 == 0 } && example.nextLabel == 0)
            let text = Array(example.originalIDs.dropFirst().dropLast())
            let starts = whole.indices.filter { whole[$0...].starts(with: text) }
            #expect(!starts.isEmpty, "\(text)")
        }
    }

    @Test func oneWayBatchesPairEveryTokenWithItsNeighbour() throws {
        let text = try text()
        var batches = PretrainingBatches(
            text,
            batchSize: 4,
            objectives: [Objective(.nextToken)],
            architecture: .shallowBidirectional
        )
        let feeds = batches.batch(step: 0).feeds
        let (tokens, offsets) = (feeds["tokens"]?.integers ?? [], feeds["offsets"]?.integers ?? [])
        #expect(feeds[HeadTensor.maskedLabels] == nil && feeds[HeadTensor.nextLabels] == nil)
        #expect(tokens == text.examples(pass: 0).prefix(4).flatMap(\.originalIDs))
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

    @Test func textThatCannotBePretrainedOnIsRefused() throws {
        func refusal(_ documents: [[String]], _ tokenizer: Tokenizer) -> BERTError? {
            #expect(throws: BERTError.self) {
                _ = try PretrainingText(
                    documents: documents,
                    tokenizer: tokenizer,
                    options: PretrainingOptions(),
                    seed: 1
                )
            }
        }
        #expect(refusal([["one document"]], tokenizer)?.message.contains("two documents") == true)
        #expect(refusal([["one"], [""], []], tokenizer)?.message.contains("two documents") == true)
        let maskless = try Vocabulary(pieces: ["[PAD]", "[UNK]", "[CLS]", "[SEP]"].map { Array($0.utf8) }, name: "v")
        let error = refusal(documents, Tokenizer(vocabulary: maskless, lowercases: true))
        #expect(error?.message.contains("[MASK]") == true)
    }
}
