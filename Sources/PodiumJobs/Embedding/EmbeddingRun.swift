import Foundation
package import PodiumBERT
package import PodiumCore
import PodiumFiles
package import PodiumGraph
import PodiumPrimitives

/// Makes vectors of the lines of files, chunk by chunk, in memory that does not grow with them.
///
/// What is done lies in two files and a note of how far they count; whoever finds them goes on from there, to the same
/// bytes, as chunks and with them batches begin at the same texts.
package struct EmbeddingRun {
    /// Texts between two notes of progress.
    private static let chunk = 512

    private let files: [String]
    private let options: EmbeddingOptions
    private let engine: EngineOptions
    private let model: ModelDirectory
    private let device: any GraphDevice

    package init(
        files: [String],
        options: EmbeddingOptions,
        engine: EngineOptions,
        model: ModelDirectory,
        device: any GraphDevice
    ) {
        (self.files, self.options, self.engine, self.model, self.device) = (files, options, engine, model, device)
    }

    /// What came of it.
    package struct Summary: Sendable {
        package var texts = 0
        package var vectors = 0
        package var pieces = 0
        package var unknownPieces = 0
        /// Of this attempt alone.
        package var seconds = 0.0
        package var textsHere = 0
        /// How many texts an earlier attempt had done.
        package var resumedFrom: Int?

        /// For people: `10,000 texts, 10,000 vectors, 412 texts/s`.
        package var text: String {
            "\(NumberText.count(texts, "text")), \(NumberText.count(vectors, "vector")), "
                + "\(NumberText.compact(rate)) texts/s"
        }

        package var rate: Double { seconds > 0 ? Double(textsHere) / seconds : 0 }
    }

    /// How far the gathered files count.
    package struct Progress: Codable, Sendable, Equatable {
        /// What they were made from, as one digest.
        var origin: String
        var texts = 0
        var vectors = 0
        var bytes: UInt64 = 0
        var pieces = 0
        var unknownPieces = 0
        /// Where the rows and the number of rows of each text lie.
        var rows: String
        var counts: String
    }

    /// Gathers in `work.rows` and `work.counts`, notes progress in `work.json`, and writes the finished file.
    ///
    /// - Parameters:
    ///   - work: the beginning of the names of the files in between; they are gone in the end.
    ///   - earlier: the note of an attempt that did not come to its end, whose files are taken over.
    ///   - progress: hears of every chunk, with the note's path; it may throw to end the run.
    package func write(
        to path: String,
        work: String,
        earlier: String? = nil,
        progress: (Summary, _ note: String) throws -> Void
    ) throws -> Summary {
        let origin = try origin()
        var state = Progress(origin: origin, rows: work + ".rows", counts: work + ".counts")
        var summary = Summary()
        if let found = Self.read(earlier ?? work + ".json"), found.origin == origin {
            for (old, new) in [(found.rows, state.rows), (found.counts, state.counts)] where old != new {
                try? FileManager.default.removeItem(atPath: new)
                try FileManager.default.copyItem(atPath: old, toPath: new)
            }
            (state.texts, state.vectors, state.bytes) = (found.texts, found.vectors, found.bytes)
            (state.pieces, state.unknownPieces) = (found.pieces, found.unknownPieces)
            summary.resumedFrom = found.texts
        }
        let rows = try Self.open(state.rows, length: state.bytes)
        let counts = try Self.open(state.counts, length: UInt64(state.texts * 8))
        var embedder = try Embedder(model, options: options, maximumLength: engine.maxSequenceLength, device: device)
        let began = DispatchTime.now().uptimeNanoseconds
        try Self.chunks(of: files, skipping: state.texts, size: Self.chunk) { texts in
            let made = try embedder.rows(texts)
            var bytes: [UInt8] = []
            for (place, own) in made.enumerated() {
                switch options.format {
                case .jsonl: bytes += VectorLines.line(own, number: state.texts + place, options: options)
                case .npy, .safetensors:
                    for row in own { for vector in row.vectors { vector.withUnsafeBytes { bytes += $0 } } }
                }
            }
            try rows.write(contentsOf: bytes)
            try made.map { Int64($0.count) }.withUnsafeBytes { try counts.write(contentsOf: Data($0)) }
            try rows.synchronize()
            try counts.synchronize()
            state.texts += texts.count
            state.vectors += made.reduce(0) { $0 + $1.count }
            state.bytes += UInt64(bytes.count)
            summary.textsHere += texts.count
            summary.seconds = Double(DispatchTime.now().uptimeNanoseconds - began) * 1e-9
            (summary.texts, summary.vectors) = (state.texts, state.vectors)
            summary.pieces = state.pieces + embedder.pieces
            summary.unknownPieces = state.unknownPieces + embedder.unknownPieces
            var note = state
            (note.pieces, note.unknownPieces) = (summary.pieces, summary.unknownPieces)
            try AtomicFile.write([UInt8](JSONEncoder().encode(note)), to: work + ".json")
            try progress(summary, work + ".json")
        }
        (summary.texts, summary.vectors) = (state.texts, state.vectors)
        guard summary.texts > 0 else { throw JobError(.input, "\(files.joined(separator: ", ")): there is no text") }
        try finish(state, columns: embedder.columns, to: path)
        for file in [state.rows, state.counts, work + ".json"] { try? FileManager.default.removeItem(atPath: file) }
        return summary
    }

    /// Passes JSON lines on as they are made, a chunk at a time; nothing is kept.
    package func stream(_ sink: ([UInt8]) throws -> Void) throws -> Summary {
        var embedder = try Embedder(model, options: options, maximumLength: engine.maxSequenceLength, device: device)
        var summary = Summary()
        let began = DispatchTime.now().uptimeNanoseconds
        try Self.chunks(of: files, skipping: 0, size: Self.chunk) { texts in
            let made = try embedder.rows(texts)
            var bytes: [UInt8] = []
            for (place, own) in made.enumerated() {
                bytes += VectorLines.line(own, number: summary.texts + place, options: options)
            }
            summary.texts += texts.count
            summary.textsHere = summary.texts
            summary.vectors += made.reduce(0) { $0 + $1.count }
            (summary.pieces, summary.unknownPieces) = (embedder.pieces, embedder.unknownPieces)
            summary.seconds = Double(DispatchTime.now().uptimeNanoseconds - began) * 1e-9
            try sink(bytes)
        }
        return summary
    }

    private func finish(_ state: Progress, columns: Int, to path: String) throws {
        var offsets: [Int64]?
        if options.format != .jsonl, options.pool == .none || options.pool == .word {
            let counts = try FileContent.read(state.counts).withUnsafeBytes { Array($0.bindMemory(to: Int64.self)) }
            offsets = counts.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
        }
        try VectorFile.write(
            rows: state.vectors,
            columns: columns,
            offsets: offsets,
            body: state.rows,
            format: options.format,
            to: path
        )
    }

    // MARK: Files in between

    /// Everything that the vectors are made from.
    private func origin() throws -> String {
        var parts = [try model.weightsSHA256()]
        for name in ["config.json", "bert_config.json", "vocab.txt", "tokenizer_config.json", "tokenizer.json"] {
            let path = "\(model.folder)/\(name)"
            if FileManager.default.fileExists(atPath: path) { parts.append(name + (try Digest.sha256(file: path))) }
        }
        for file in files { parts.append(try Digest.sha256(file: file)) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        parts.append(String(decoding: try encoder.encode(options), as: UTF8.self))
        parts.append("\(engine.maxSequenceLength) \(engine.precision.rawValue) \(Self.chunk)")
        return Digest.sha256(Array(parts.joined(separator: "\n").utf8))
    }

    private static func read(_ note: String) -> Progress? {
        guard let bytes = FileManager.default.contents(atPath: note),
            let progress = try? JSONDecoder().decode(Progress.self, from: bytes)
        else { return nil }
        func size(_ path: String) -> UInt64 {
            ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? UInt64) ?? 0
        }
        let isWhole = size(progress.rows) >= progress.bytes && size(progress.counts) >= UInt64(progress.texts * 8)
        return isWhole ? progress : nil
    }

    /// A file to write on in, cut to the length that counts.
    private static func open(_ path: String, length: UInt64) throws -> FileHandle {
        if !FileManager.default.fileExists(atPath: path) { try AtomicFile.write([], to: path) }
        guard let file = FileHandle(forUpdatingAtPath: path) else {
            throw JobError(.infrastructure, "\(path): the file cannot be opened for writing")
        }
        try file.truncate(atOffset: length)
        try file.seekToEnd()
        return file
    }

    private static func chunks(
        of files: [String],
        skipping done: Int,
        size: Int,
        _ body: ([String]) throws -> Void
    ) throws {
        var texts: [String] = []
        var seen = 0
        for path in files {
            let lines = try FileLines(path)
            while let line = try lines.next() {
                seen += 1
                guard seen > done else { continue }
                guard let text = String(validating: line, as: UTF8.self) else {
                    throw JobError(.input, "\(path):\(lines.number): the line is not UTF-8")
                }
                texts.append(text)
                guard texts.count == size else { continue }
                try body(texts)
                texts.removeAll(keepingCapacity: true)
            }
        }
        if !texts.isEmpty { try body(texts) }
    }
}
