import Foundation
import PodiumFiles
import PodiumPretraining
import PodiumText
import Synchronization
import Testing

/// Every rule by which examples are made of a text, counted on at least 10,000 of them, and what a kill leaves behind.
struct PreparationTests {
    /// A language of two-piece and one-piece words; every document has a word of its own, by which its text is known.
    private static let words = (0..<300).map { "w\($0)" }
    private static let documents = 120

    private static let vocabulary: Vocabulary = {
        var pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + words
        pieces += (0..<40).map { "##x\($0)" } + (0..<documents).map { "doc\($0)" }
        do {
            return try Vocabulary(pieces: pieces.map { Array($0.utf8) }, name: "vocab.txt")
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    private static let tokenizer = Tokenizer(vocabulary: vocabulary, lowercases: true)

    /// Deterministic text: sentences of 5 to 30 words, each ending with its document's word.
    private static func text(documents: Int, sentences: Int) -> String {
        var state: UInt64 = 7
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        return (0..<documents).map { document in
            (0..<sentences).map { _ in
                let sentence = (0..<(4 + next(26))).map { _ in
                    words[next(words.count)] + (next(4) == 0 ? "x\(next(40))" : "")
                }
                return (sentence + ["doc\(document)"]).joined(separator: " ") + "\n"
            }.joined()
        }.joined(separator: "\n")
    }

    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("podium-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func write(_ text: String, _ folder: String) throws -> String {
        let path = "\(folder)/text.txt"
        try AtomicFile.write(Array(text.utf8), to: path)
        return path
    }

    private func examples(
        _ folder: String,
        documents: Int = documents,
        sentences: Int = 60,
        pieceBytes: Int = 1 << 17,
        _ change: (inout ExampleOptions) -> Void = { _ in }
    ) throws -> [MaskedExample] {
        var options = ExampleOptions()
        options.duplicates = 10
        change(&options)
        let path = try write(Self.text(documents: documents, sentences: sentences), folder)
        let made = try Preparation(
            files: [path],
            tokenizer: Self.tokenizer,
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

    /// The documents that the tokens of a segment name, masks undone.
    private func sources(_ example: MaskedExample, type: Int32) -> Set<Int32> {
        var ids = example.ids
        for (position, label) in zip(example.maskedPositions, example.maskedLabels) { ids[Int(position)] = label }
        let first = Int32(5 + Self.words.count + 40)
        return Set(zip(ids, example.types).filter { $0.1 == type && $0.0 >= first }.map(\.0))
    }

    @Test func theReleasesRulesHoldOnTenThousandExamples() throws {
        try withFolder { folder in
            let all = try examples(folder)
            try #require(all.count >= 10_000)
            let (classification, separator) = (Self.vocabulary.classification, Self.vocabulary.separator)
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
                    if example.ids[Int(position)] == Self.vocabulary.mask { masked += 1 }
                    if example.ids[Int(position)] == label { kept += 1 }
                }
                if example.ids.count == 128 { full += 1 }
                if example.ids.count < 64 { short += 1 }
                let (a, b) = (sources(example, type: 0), sources(example, type: 1))
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
            #expect(isShare(kept, of: chosen, 0.1 + 0.1 / Double(Self.vocabulary.count)))
            // Half of the pairs, and every chunk of one sentence: few, as a chunk has 127 tokens and a sentence 20.
            #expect(Double(random) / Double(all.count) > 0.5 && Double(random) / Double(all.count) < 0.62)
            // 10 % are drawn short, uniformly from 2 to 125, and documents end short.
            #expect(Double(short) / Double(all.count) > 0.04 && Double(short) / Double(all.count) < 0.12)
            #expect(Double(full) / Double(all.count) > 0.7)
        }
    }

    @Test func heldOutDocumentsAreInNoOtherShard() throws {
        try withFolder { folder in
            let path = try write(Self.text(documents: Self.documents, sentences: 20), folder)
            func made(heldOutEvery every: Int?) throws -> (folder: String, shards: ExampleShards) {
                var options = ExampleOptions()
                options.duplicates = 2
                options.heldOutEvery = every
                return try Preparation(files: [path], tokenizer: Self.tokenizer, options: options, pieceBytes: 1 << 15)
                    .run(under: folder)
            }
            func documents(_ pieces: [ExampleShards.Piece], in folder: String) throws -> Set<Int32> {
                try pieces.flatMap(\.shards).flatMap { try ExampleShards.examples(of: $0, in: folder) }
                    .reduce(into: []) { $0.formUnion(sources($1, type: 0).union(sources($1, type: 1))) }
            }
            let (place, shards) = try made(heldOutEvery: 10)
            let heldOut = try documents(try #require(shards.heldOut), in: place)
            let first = Int32(5 + Self.words.count + 40)
            #expect(heldOut == Set(stride(from: 9, to: Int32(Self.documents), by: 10).map { first + $0 }))
            #expect(try documents(shards.pieces, in: place).isDisjoint(with: heldOut))
            let all = try made(heldOutEvery: nil)
            #expect(all.shards.heldOut == nil && all.shards.key != shards.key)
            #expect(try documents(all.shards.pieces, in: all.folder).isSuperset(of: heldOut))
            // Whoever reads the shards finds the tokenizer that made them.
            let tokenizer = try shards.readTokenizer(in: place)
            #expect(tokenizer.vocabulary.bytes == Self.vocabulary.bytes && tokenizer.lowercases)
        }
    }

    @Test func aNextSegmentContinuesTheFirstInTheText() throws {
        try withFolder { folder in
            let text = Self.text(documents: Self.documents, sentences: 60)
            let whole: [Int32] = text.components(separatedBy: "\n\n").flatMap { [-1] + Self.tokenizer.ids(of: $0) }
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
        try withFolder { folder in
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
            try withFolder { folder in
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
        try withFolder { folder in
            let all = try examples(folder) { $0.wholeWords = true }
            let pieces = Self.vocabulary.pieces
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
        try withFolder { folder in
            let all = try examples(folder) { options in
                options.nextSentence = false
                options.duplicates = 1
            }
            #expect(all.allSatisfy { $0.nextLabel == nil && $0.types.allSatisfy { $0 == 0 } })
            let text = Self.text(documents: Self.documents, sentences: 60)
            let tokens = text.split(separator: "\n").reduce(0) { $0 + Self.tokenizer.ids(of: String($1)).count }
            #expect(all.reduce(0) { $0 + $1.ids.count - 2 } == tokens)
        }
    }

    /// The release and NVIDIA's scripts label a segment of the same document "random" where a shard has only one.
    @Test(arguments: [2, 3]) func aRandomSegmentIsNeverOfTheSameDocument(documents: Int) throws {
        try withFolder { folder in
            // Parts of one document are far smaller than it, and a piece still has two documents.
            for example in try examples(folder, documents: documents, sentences: 400, pieceBytes: 1 << 13)
            where example.nextLabel == 1 {
                #expect(sources(example, type: 0).isDisjoint(with: sources(example, type: 1)))
            }
        }
    }

    @Test func aCorpusOfOneDocumentHasNoNextSentences() throws {
        try withFolder { folder in
            let error = #expect(throws: PretrainingDataError.self) { _ = try examples(folder, documents: 1) }
            #expect(error?.code == .corpus && error?.message.contains("one document") == true)
            let segments = try examples(folder, documents: 1) { $0.nextSentence = false }
            #expect(!segments.isEmpty)
        }
    }

    @Test func threadsAndPackingChangeNoByte() throws {
        try withFolder { folder in
            let path = try write(Self.text(documents: 40, sentences: 40), folder)
            var digests: Set<[String]> = []
            for threads in [1, 2, 5] {
                let root = "\(folder)/threads-\(threads)"
                let made = try Preparation(
                    files: [path],
                    tokenizer: Self.tokenizer,
                    options: ExampleOptions(),
                    threads: threads,
                    pieceBytes: 1 << 14
                ).run(under: root)
                #expect(made.shards.pieces.count > 5)
                digests.insert(made.shards.pieces.flatMap(\.shards).map(\.sha256))
            }
            #expect(digests.count == 1)
        }
    }

    @Test func aPreparationThatWasStoppedAnywhereEndsWithTheSameBytes() throws {
        try withFolder { folder in
            let path = try write(Self.text(documents: 40, sentences: 40), folder)
            func prepare(_ root: String, stopAfter limit: Int = .max) throws -> ExampleShards {
                let count = Counter()
                return try Preparation(
                    files: [path],
                    tokenizer: Self.tokenizer,
                    options: ExampleOptions(),
                    pieceBytes: 1 << 14
                ).run(under: root, shouldStop: { count.next() > limit }).shards
            }
            let whole = try prepare("\(folder)/whole")
            for limit in 0..<whole.pieces.count {
                let root = "\(folder)/stopped-\(limit)"
                let error = #expect(throws: PretrainingDataError.self) { _ = try prepare(root, stopAfter: limit) }
                #expect(error?.code == .stopped)
                // What a kill in the middle of a piece leaves: a shard without its journal, and a damaged one.
                let key = whole.key.prefix(16)
                let journal = "\(root)/\(key)/piece-00000.json"
                if limit == 1 { try FileManager.default.removeItem(atPath: journal) }
                if limit == 2 {
                    try Data("half".utf8).write(
                        to: URL(fileURLWithPath: "\(root)/\(key)/\(whole.pieces[0].shards[3].name)")
                    )
                }
                #expect(try prepare(root) == whole)
                for shard in whole.pieces.flatMap(\.shards) {
                    #expect(try Digest.sha256(file: "\(root)/\(key)/\(shard.name)") == shard.sha256)
                }
            }
        }
    }

    private final class Counter: Sendable {
        private let value = Mutex(0)
        func next() -> Int {
            value.withLock { value in
                value += 1
                return value
            }
        }
    }

    @Test func otherTextOrOptionsAreOtherData() throws {
        try withFolder { folder in
            let path = try write(Self.text(documents: 4, sentences: 10), folder)
            func key(_ change: (inout ExampleOptions) -> Void) throws -> String {
                var options = ExampleOptions()
                change(&options)
                return try Preparation(files: [path], tokenizer: Self.tokenizer, options: options).key()
            }
            var keys = [try key { _ in }]
            keys.append(try key { $0.seed = 1 })
            keys.append(try key { $0.maximumLength = 64 })
            keys.append(try key { $0.wholeWords = true })
            keys.append(try key { $0.nextSentence = false })
            keys.append(try key { $0.duplicates = 2 })
            _ = try write(Self.text(documents: 4, sentences: 11), folder)
            keys.append(try key { _ in })
            #expect(Set(keys).count == keys.count)
        }
    }

    @Test func packedTextIsTheSameText() throws {
        try withFolder { folder in
            let text = Self.text(documents: 30, sentences: 200)
            let path = try write(text, folder)
            let gzip = Process()
            gzip.executableURL = URL(fileURLWithPath: "/usr/bin/gzip")
            gzip.arguments = ["-k", path]
            try gzip.run()
            gzip.waitUntilExit()
            var plain = DocumentStream(files: [path])
            var packed = DocumentStream(files: [path + ".gz"])
            var count = 0
            while let document = try plain.next() {
                #expect(try packed.next() == document)
                count += 1
            }
            #expect(try packed.next() == nil && count == 30)
            // A cut file is an error, not a shorter text.
            let bytes = try FileContent.read(path + ".gz")
            try AtomicFile.write(Array(bytes.dropLast(40)), to: path + ".gz")
            var cut = DocumentStream(files: [path + ".gz"])
            #expect(throws: PretrainingDataError.self) { while try cut.next() != nil {} }
        }
    }

    @Test func aDamagedShardIsRefusedWithItsPlace() throws {
        try withFolder { folder in
            let path = try write(Self.text(documents: 4, sentences: 30), folder)
            let made = try Preparation(files: [path], tokenizer: Self.tokenizer, options: ExampleOptions())
                .run(under: folder)
            let shard = "\(made.folder)/\(made.shards.pieces[0].shards[0].name)"
            let whole = try FileContent.read(shard)
            var state: UInt64 = 3
            for _ in 0..<2000 {
                state = state &* 6_364_136_223_846_793_005 &+ 1
                var bytes = whole
                let place = Int(state >> 20) % bytes.count
                if state >> 63 == 0 {
                    bytes[place] ^= UInt8(1 + state % 255)
                } else {
                    bytes.removeLast(place % (bytes.count - 1) + 1)
                }
                let file = "\(folder)/damaged"
                try AtomicFile.write(bytes, to: file)
                // A cut between two records leaves a whole file; everything else is noticed.
                guard (try? ExampleShards.examples(file: file)) != nil else { continue }
                #expect(state >> 63 != 0, "a changed byte at \(place) was not noticed")
            }
        }
    }
}
