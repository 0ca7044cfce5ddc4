internal import Dispatch
internal import Foundation
internal import PodiumFiles
internal import PodiumPrimitives
package import PodiumText
internal import Synchronization

/// Makes pre-training examples of text files: streaming, on several threads, resumable at any moment.
///
/// Pieces of the corpus are cut at document borders. Each version of a piece becomes a file of its own, so that no text
/// occurs twice within a shard. A file's bytes depend on the text, the vocabulary and the options alone: not on threads,
/// and not on how often the preparation was killed. A file that has its name is complete, and is not made again.
package struct Preparation: Sendable {
    /// How far a preparation is.
    package struct Progress: Sendable {
        package var pieces: Int
        package var textBytes: Int
        package var examples: Int
    }

    private let files: [String]
    private let tokenizer: Tokenizer
    private let options: ExampleOptions
    private let mask: Int32
    private let pieceBytes: Int
    private let threads: Int

    /// Changes when the same input gives other bytes.
    private static let format = "podium-examples-2"

    /// - Parameters:
    ///   - files: text, plain or gzip, a sentence a line and an empty line between documents.
    ///   - pieceBytes: text of a piece, about; memory is a small multiple of it for each thread.
    package init(
        files: [String],
        tokenizer: Tokenizer,
        options: ExampleOptions,
        threads: Int = 1,
        pieceBytes: Int = 1 << 22
    ) throws(PretrainingDataError) {
        precondition(threads > 0 && pieceBytes > 0)
        try options.check()
        guard let mask = tokenizer.vocabulary.mask else {
            throw PretrainingDataError(.vocabulary, "the vocabulary has no [MASK]; pre-training needs it")
        }
        self.files = files
        self.tokenizer = tokenizer
        self.options = options
        self.mask = mask
        self.pieceBytes = pieceBytes
        self.threads = threads
    }

    /// SHA-256 of all that decides the bytes; reads every file once.
    package func key() throws(PretrainingDataError) -> String {
        var hash = SHA256()
        hash.update("\(Self.format)\n\(pieceBytes)\n")
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        hash.update([UInt8]((try? encoder.encode(options)) ?? Data()))
        hash.update("\n\(tokenizer.settingsKey)\n")
        hash.update(tokenizer.vocabulary.bytes)
        for file in files {
            do throws(FileError) {
                hash.update("\n\(try Digest.sha256(file: file))")
            } catch {
                throw PretrainingDataError(.file, error.message, at: error.place)
            }
        }
        return Digest.hexadecimal(hash.finalize())
    }

    /// Prepares into a folder of its own under `root`, named by the key; what is there already is taken over.
    ///
    /// - Parameters:
    ///   - progress: hears of every finished piece, on any thread.
    ///   - shouldStop: asked between pieces; `stopped` is thrown when it says so.
    /// - Returns: the folder and what is in it.
    package func run(
        under root: String,
        progress: @escaping @Sendable (Progress) -> Void = { _ in },
        shouldStop: @escaping @Sendable () -> Bool = { false }
    ) throws(PretrainingDataError) -> (folder: String, shards: ExampleShards) {
        let key = try key()
        let folder = "\(root)/\(key.prefix(16))"
        if let done = try ExampleShards.read(folder), done.key == key { return (folder, done) }
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw PretrainingDataError(
                .writeFailed,
                "\(folder): the folder cannot be made (\(error.localizedDescription))"
            )
        }
        let shared = SharedState()
        let pieces = try makePieces(trained, folder, shared, progress, shouldStop)
        guard pieces.contains(where: { $0.shards.contains { $0.examples > 0 } }) else {
            throw PretrainingDataError(.corpus, "\(files.joined(separator: ", ")): the corpus has no text")
        }
        let shards = ExampleShards(
            options: options,
            tokenizer: ExampleShards.TokenizerSettings(tokenizer),
            key: key,
            pieces: pieces,
            heldOut: try heldOut.map { (part) throws(PretrainingDataError) in
                try makePieces(part, folder, shared, progress, shouldStop)
            }
        )
        do throws(FileError) {
            try AtomicFile.write(tokenizer.vocabulary.bytes, to: "\(folder)/\(ExampleShards.vocabularyName)")
        } catch {
            throw PretrainingDataError(.writeFailed, error.message, at: error.place)
        }
        try JSONFile.write(shards, to: "\(folder)/\(ExampleShards.fileName)")
        return (folder, shards)
    }

    /// Documents whose shards have names of their own.
    private struct Part {
        var selection: DocumentSelection
        var prefix: String
        var versions: Int
        /// Keeps the part's draws apart from another's.
        var firstDraw: UInt64
    }

    private var trained: Part {
        let selection = options.heldOutEvery.map { DocumentSelection.trained(heldOutEvery: $0) } ?? .all
        return Part(selection: selection, prefix: "piece", versions: options.duplicates, firstDraw: 0)
    }

    /// One version is enough of what only measures.
    private var heldOut: Part? {
        options.heldOutEvery.map {
            Part(selection: .heldOut(every: $0), prefix: "held-out", versions: 1, firstDraw: 1 << 63)
        }
    }

    /// What the threads share.
    private struct Shared {
        var pieces: [Int: ExampleShards.Piece] = [:]
        var failure: PretrainingDataError?
        var progress = Progress(pieces: 0, textBytes: 0, examples: 0)
    }

    private func makePieces(
        _ part: Part,
        _ folder: String,
        _ shared: SharedState,
        _ progress: @escaping @Sendable (Progress) -> Void,
        _ shouldStop: @escaping @Sendable () -> Bool
    ) throws(PretrainingDataError) -> [ExampleShards.Piece] {
        shared.state.withLock { $0.pieces = [:] }
        let group = DispatchGroup()
        let queue = DispatchQueue(label: "podium.pretraining-data", attributes: .concurrent)
        // One piece a thread, and none read ahead: memory is what the threads work on.
        let free = DispatchSemaphore(value: threads)
        var stream = PieceStream(
            files: files,
            selection: part.selection,
            pieceBytes: pieceBytes,
            needsTwo: options.nextSentence
        )
        var number = 0
        do throws(PretrainingDataError) {
            while let documents = try stream.next() {
                if shouldStop() { throw PretrainingDataError(.stopped, "the preparation was asked to stop") }
                if options.nextSentence, documents.first?.number == documents.last?.number {
                    throw PretrainingDataError(
                        .corpus,
                        "\(files.joined(separator: ", ")): the \(part.prefix == "piece" ? "corpus" : "held-out part") "
                            + "is one document, and a segment that does not "
                            + "follow must come from another; separate documents by empty lines, or leave next "
                            + "sentences out"
                    )
                }
                free.wait()
                if shared.state.withLock({ $0.failure != nil }) {
                    free.signal()
                    break
                }
                let index = number
                queue.async(group: group) {
                    defer { free.signal() }
                    do throws(PretrainingDataError) {
                        let piece = try make(documents, of: part, number: index, folder)
                        let now = shared.state.withLock { state in
                            state.pieces[index] = piece
                            state.progress.pieces += 1
                            state.progress.textBytes += piece.textBytes
                            state.progress.examples += piece.shards.reduce(0) { $0 + $1.examples }
                            return state.progress
                        }
                        progress(now)
                    } catch {
                        shared.state.withLock { $0.failure = $0.failure ?? error }
                    }
                }
                number += 1
            }
        } catch {
            group.wait()
            throw error
        }
        group.wait()
        return try shared.state.withLock { (state) throws(PretrainingDataError) in
            if let failure = state.failure { throw failure }
            return (0..<number).compactMap { state.pieces[$0] }
        }
    }

    private final class SharedState: Sendable {
        let state = Mutex(Shared())
    }

    /// Makes the shards of a piece, unless they are there.
    private func make(
        _ documents: [Document],
        of part: Part,
        number: Int,
        _ folder: String
    ) throws(PretrainingDataError) -> ExampleShards.Piece {
        let journal = "\(folder)/\(part.prefix)-\(Self.padded(number)).json"
        if FileManager.default.fileExists(atPath: journal) {
            let known = try JSONFile.read(ExampleShards.Piece.self, journal)
            if known.shards.allSatisfy({ Self.size(of: "\(folder)/\($0.name)") == $0.bytes }) { return known }
        }
        let piece = TokenizedPiece(documents, tokenizer: tokenizer)
        var result = ExampleShards.Piece(
            documents: Set(documents.map(\.number)).count,
            textBytes: documents.reduce(0) { $0 + $1.bytes },
            shards: []
        )
        // A piece of which the tokenizer leaves one document has no other to draw from.
        let isUsable = !options.nextSentence || piece.parts.first?.number != piece.parts.last?.number
        for version in 0..<part.versions {
            var maker = ExampleMaker(
                piece,
                options: options,
                vocabulary: tokenizer.vocabulary,
                mask: mask,
                draw: part.firstDraw | UInt64(number) << 16 | UInt64(version)
            )
            var (bytes, examples, tokens): ([UInt8], Int, Int) = ([], 0, 0)
            if isUsable {
                maker.make { example in
                    RecordFile.append(ExampleRecord.encode(example, options), to: &bytes)
                    examples += 1
                    tokens += example.ids.count
                }
            }
            let name = "\(part.prefix)-\(Self.padded(number))-version-\(Self.padded(version)).tfrecord"
            do throws(FileError) {
                try AtomicFile.write(bytes, to: "\(folder)/\(name)")
            } catch {
                throw PretrainingDataError(.writeFailed, error.message, at: error.place)
            }
            result.shards.append(
                ExampleShards.Shard(
                    name: name,
                    sha256: Digest.sha256(bytes),
                    bytes: Int64(bytes.count),
                    examples: examples,
                    tokens: tokens
                )
            )
        }
        try JSONFile.write(result, to: journal)
        return result
    }

    private static func padded(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, 5 - text.count)) + text
    }

    private static func size(of path: String) -> Int64? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? NSNumber)?.int64Value
    }
}

extension Tokenizer {
    /// The settings that decide what a text becomes, apart from the vocabulary.
    fileprivate var settingsKey: String {
        """
        lowercases \(normalization.lowercases), strips accents \(normalization.stripsAccents), \
        splits ideographs \(normalization.splitsIdeographs), words up to \(maximumWordLength)
        """
    }
}
