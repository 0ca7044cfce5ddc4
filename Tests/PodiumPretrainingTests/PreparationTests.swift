import Foundation
import PodiumFiles
import PodiumPretraining
import PodiumText
import Synchronization
import Testing

/// What a preparation writes, whatever it runs on, and what a kill leaves behind.
struct PreparationTests {
    @Test func heldOutDocumentsAreInNoOtherShard() throws {
        try PreparedText.withFolder { folder in
            let path = try PreparedText.write(
                PreparedText.text(documents: PreparedText.documents, sentences: 20),
                folder
            )
            func made(heldOutEvery every: Int?) throws -> (folder: String, shards: ExampleShards) {
                var options = ExampleOptions()
                options.duplicates = 2
                options.heldOutEvery = every
                return try Preparation(
                    files: [path],
                    tokenizer: PreparedText.tokenizer,
                    options: options,
                    pieceBytes: 1 << 15
                )
                .run(under: folder)
            }
            func documents(_ pieces: [ExampleShards.Piece], in folder: String) throws -> Set<Int32> {
                try pieces.flatMap(\.shards).flatMap { try ExampleShards.examples(of: $0, in: folder) }
                    .reduce(into: []) {
                        $0.formUnion(PreparedText.sources($1, type: 0).union(PreparedText.sources($1, type: 1)))
                    }
            }
            let (place, shards) = try made(heldOutEvery: 10)
            let heldOut = try documents(try #require(shards.heldOut), in: place)
            let first = Int32(5 + PreparedText.words.count + 40)
            #expect(heldOut == Set(stride(from: 9, to: Int32(PreparedText.documents), by: 10).map { first + $0 }))
            #expect(try documents(shards.pieces, in: place).isDisjoint(with: heldOut))
            let all = try made(heldOutEvery: nil)
            #expect(all.shards.heldOut == nil && all.shards.key != shards.key)
            #expect(try documents(all.shards.pieces, in: all.folder).isSuperset(of: heldOut))
            // Whoever reads the shards finds the tokenizer that made them.
            let tokenizer = try shards.readTokenizer(in: place)
            #expect(tokenizer.vocabulary.bytes == PreparedText.vocabulary.bytes && tokenizer.lowercases)
        }
    }

    @Test func threadsAndPackingChangeNoByte() throws {
        try PreparedText.withFolder { folder in
            let path = try PreparedText.write(PreparedText.text(documents: 40, sentences: 40), folder)
            var digests: Set<[String]> = []
            for threads in [1, 2, 5] {
                let root = "\(folder)/threads-\(threads)"
                let made = try Preparation(
                    files: [path],
                    tokenizer: PreparedText.tokenizer,
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
        try PreparedText.withFolder { folder in
            let path = try PreparedText.write(PreparedText.text(documents: 40, sentences: 40), folder)
            func prepare(_ root: String, stopAfter limit: Int = .max) throws -> ExampleShards {
                let count = Counter()
                return try Preparation(
                    files: [path],
                    tokenizer: PreparedText.tokenizer,
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
        try PreparedText.withFolder { folder in
            let path = try PreparedText.write(PreparedText.text(documents: 4, sentences: 10), folder)
            func key(_ change: (inout ExampleOptions) -> Void) throws -> String {
                var options = ExampleOptions()
                change(&options)
                return try Preparation(files: [path], tokenizer: PreparedText.tokenizer, options: options).key()
            }
            var keys = [try key { _ in }]
            keys.append(try key { $0.seed = 1 })
            keys.append(try key { $0.maximumLength = 64 })
            keys.append(try key { $0.wholeWords = true })
            keys.append(try key { $0.nextSentence = false })
            keys.append(try key { $0.duplicates = 2 })
            _ = try PreparedText.write(PreparedText.text(documents: 4, sentences: 11), folder)
            keys.append(try key { _ in })
            #expect(Set(keys).count == keys.count)
        }
    }

    @Test func packedTextIsTheSameText() throws {
        try PreparedText.withFolder { folder in
            let text = PreparedText.text(documents: 30, sentences: 200)
            let path = try PreparedText.write(text, folder)
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
        try PreparedText.withFolder { folder in
            let path = try PreparedText.write(PreparedText.text(documents: 4, sentences: 30), folder)
            let made = try Preparation(files: [path], tokenizer: PreparedText.tokenizer, options: ExampleOptions())
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
