import FoundationEssentials
import PodiumFiles
import PodiumPretraining
import PodiumText
import Testing

/// Every rule by which examples are made of a text, counted on at least 10,000 of them.
struct ExampleRulesTests {
    private func examples(
        _ folder: String,
        documents: Int = PreparedText.documents,
        sentences: Int = 60,
        pieceBytes: Int = 1 << 17,
        _ change: (inout ExampleOptions) -> Void = { _ in }
    ) throws -> [MaskedExample] {
        var options = ExampleOptions()
        options.duplicates = 10
        change(&options)
        let path = try PreparedText.write(PreparedText.text(documents: documents, sentences: sentences), folder)
        let made = try Preparation(
            files: [path],
            tokenizer: PreparedText.tokenizer,
            options: options,
            threads: 2,
            pieceBytes: pieceBytes
        ).run(under: folder)
        return try made.shards.pieces.flatMap(\.shards).flatMap {
            try ExampleShards.examples(of: $0, in: made.folder)
        }
    }

    /// Whether the share is the expected one within four standard deviations of drawing so many.
    private func isShare(_ count: Int, of total: Int, _ expected: Double) -> Bool {
        abs(Double(count) / Double(total) - expected) < 4 * (expected * (1 - expected) / Double(total)).squareRoot()
    }

    @Test func theReleasesRulesHoldOnTenThousandExamples() throws {
        try PreparedText.withFolder { folder in
            let all = try examples(folder)
            try #require(all.count >= 10_000)
            let (classification, separator) = (
                PreparedText.vocabulary.classification, PreparedText.vocabulary.separator
            )
            var (chosen, masked, kept, short, full) = (0, 0, 0, 0, 0)
            var (random, mixed) = (0, 0)
            for example in all {
                #expect(example.ids.count <= 128 && example.ids.first == classification)
                #expect(example.ids.last == separator)
                let wanted = Int((Double(example.ids.count) * 0.15).rounded(.toNearestOrEven))
                #expect(example.maskedPositions.count == min(20, max(1, wanted)))
                #expect(example.maskedPositions == Array(Set(example.maskedPositions)).sorted())
                for (position, label) in zip(example.maskedPositions, example.maskedLabels) {
                    #expect(label != classification && label != separator)
                    chosen += 1
                    if example.ids[Int(position)] == PreparedText.vocabulary.mask { masked += 1 }
                    if example.ids[Int(position)] == label { kept += 1 }
                }
                if example.ids.count == 128 { full += 1 }
                if example.ids.count < 64 { short += 1 }
                let (a, b) = (PreparedText.sources(example, type: 0), PreparedText.sources(example, type: 1))
                if example.nextLabel == 1 {
                    random += 1
                    #expect(a.isDisjoint(with: b), "a random segment is of the same document")
                } else {
                    mixed += a.union(b).count > 1 ? 1 : 0
                }
            }
            #expect(mixed == 0, "a segment that follows is of another document")
            #expect(isShare(masked, of: chosen, 0.8))
            // One random piece in 465 is the right one.
            #expect(isShare(kept, of: chosen, 0.1 + 0.1 / Double(PreparedText.vocabulary.count)))
            // Half of the pairs, and every chunk of one sentence: few, as a chunk has 127 tokens and a sentence 20.
            #expect(Double(random) / Double(all.count) > 0.5 && Double(random) / Double(all.count) < 0.62)
            // 10 % are drawn short, uniformly from 2 to 125, and documents end short.
            #expect(Double(short) / Double(all.count) > 0.04 && Double(short) / Double(all.count) < 0.12)
            #expect(Double(full) / Double(all.count) > 0.7)
        }
    }

    @Test func aNextSegmentContinuesTheFirstInTheText() throws {
        try PreparedText.withFolder { folder in
            let text = PreparedText.text(documents: PreparedText.documents, sentences: 60)
            let whole: [Int32] = text.components(separatedBy: "\n\n").flatMap {
                [-1] + PreparedText.tokenizer.ids(of: $0)
            }
            let places = Dictionary(grouping: whole.indices.dropLast(2)) { [whole[$0], whole[$0 + 1], whole[$0 + 2]] }
            // Segments that were cut to fit do not touch; whole ones must.
            let examples = try examples(folder) { $0.duplicates = 1 }.filter { $0.nextLabel == 0 && $0.ids.count < 128 }
            #expect(examples.count > 10)
            for example in examples {
                let ids = example.originalIDs
                let cut = try #require(example.types.firstIndex(of: 1))
                let joined = Array(ids[1..<(cut - 1)] + ids[cut..<(ids.count - 1)])
                let starts = places[Array(joined.prefix(3))] ?? []
                #expect(starts.contains { whole[$0...].starts(with: joined) })
            }
        }
    }

    @Test func predictionsAreLimited() throws {
        try PreparedText.withFolder { folder in
            let all = try examples(folder) { options in
                options.duplicates = 1
                options.maximumPredictions = 3
            }
            #expect(all.map(\.maskedPositions.count).max() == 3)
        }
    }

    @Test func someSequencesAreShortOnPurpose() throws {
        func meanLength(_ probability: Double) throws -> Double {
            var mean = 0.0
            try PreparedText.withFolder { folder in
                let all = try examples(folder) { options in
                    options.duplicates = 1
                    options.shortProbability = probability
                }
                mean = Double(all.reduce(0) { $0 + $1.ids.count }) / Double(all.count)
            }
            return mean
        }
        // A pair is never shorter than two sentences.
        #expect(try meanLength(0) > 0.93 * 128)
        #expect(try meanLength(1) < 0.85 * 128)
    }

    @Test func aVocabularyWithoutMaskIsRefused() throws {
        let pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"].map { Array($0.utf8) }
        let tokenizer = Tokenizer(vocabulary: try Vocabulary(pieces: pieces, name: "v"), lowercases: true)
        let error = #expect(throws: PretrainingDataError.self) {
            try Preparation(files: [], tokenizer: tokenizer, options: ExampleOptions())
        }
        #expect(error?.message.contains("[MASK]") == true)
    }

    @Test func wholeWordsAreMaskedWholeOrNotAtAll() throws {
        try PreparedText.withFolder { folder in
            let all = try examples(folder) { $0.wholeWords = true }
            let pieces = PreparedText.vocabulary.pieces
            var words = 0
            for example in all {
                var ids = example.ids
                for (position, label) in zip(example.maskedPositions, example.maskedLabels) {
                    ids[Int(position)] = label
                }
                let chosen = Set(example.maskedPositions)
                #expect(chosen.count <= min(20, max(1, Int((Double(ids.count) * 0.15).rounded(.toNearestOrEven)))))
                for place in ids.indices.dropFirst() where pieces[Int(ids[place])].starts(with: Array("##".utf8)) {
                    // Truncation can cut the first piece of a segment's first word.
                    guard ids[place - 1] >= 5 else { continue }
                    #expect(chosen.contains(Int32(place)) == chosen.contains(Int32(place - 1)))
                    words += chosen.contains(Int32(place)) ? 1 : 0
                }
            }
            #expect(words > 1000)
        }
    }

    @Test func withoutNextSentencesTheWholeTextIsRead() throws {
        try PreparedText.withFolder { folder in
            let all = try examples(folder) { options in
                options.nextSentence = false
                options.duplicates = 1
            }
            #expect(all.allSatisfy { $0.nextLabel == nil && $0.types.allSatisfy { $0 == 0 } })
            let text = PreparedText.text(documents: PreparedText.documents, sentences: 60)
            let tokens = text.split(separator: "\n").reduce(0) { $0 + PreparedText.tokenizer.ids(of: String($1)).count }
            #expect(all.reduce(0) { $0 + $1.ids.count - 2 } == tokens)
        }
    }

    /// The release and NVIDIA's scripts label a segment of the same document "random" where a shard has only one.
    @Test(arguments: [2, 3]) func aRandomSegmentIsNeverOfTheSameDocument(documents: Int) throws {
        try PreparedText.withFolder { folder in
            // Parts of one document are far smaller than it, and a piece still has two documents.
            for example in try examples(folder, documents: documents, sentences: 400, pieceBytes: 1 << 13)
            where example.nextLabel == 1 {
                #expect(PreparedText.sources(example, type: 0).isDisjoint(with: PreparedText.sources(example, type: 1)))
            }
        }
    }

    @Test func aCorpusOfOneDocumentHasNoNextSentences() throws {
        try PreparedText.withFolder { folder in
            let error = #expect(throws: PretrainingDataError.self) { _ = try examples(folder, documents: 1) }
            #expect(error?.code == .corpus && error?.message.contains("one document") == true)
            let segments = try examples(folder, documents: 1) { $0.nextSentence = false }
            #expect(!segments.isEmpty)
        }
    }
}
