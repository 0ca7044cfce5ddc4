import Foundation

/// A model and a data root that are fine, as a start for ones that are not.
struct BadInput {
    /// A fine-tuned tiny model: `config.json`, `vocab.txt`, `model.safetensors`.
    let model: String
    /// The sample's folder.
    let data: String
    /// Where spoiled copies go.
    let folder: String

    /// A copy of the model, spoiled by `change`.
    func model(_ name: String, _ change: (String) throws -> Void) throws -> String {
        let copy = "\(folder)/model-\(name)"
        try FileManager.default.copyItem(atPath: model, toPath: copy)
        try change(copy)
        return copy
    }

    /// A copy of a task's files, one of them rewritten.
    func data(_ name: String, file: String, _ change: (String) -> String) throws -> String {
        let copy = "\(folder)/data-\(name)"
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
        let part = String(file.split(separator: "/").dropLast().joined(separator: "/"))
        let inner = "\(copy)/\(part)"
        try FileManager.default.createDirectory(
            atPath: URL(fileURLWithPath: inner).deletingLastPathComponent().path,
            withIntermediateDirectories: true
        )
        try FileManager.default.copyItem(atPath: "\(data)/\(part)", toPath: inner)
        let path = "\(copy)/\(file)"
        try Data(change(try String(contentsOfFile: path, encoding: .utf8)).utf8).write(to: URL(fileURLWithPath: path))
        return copy
    }

    /// Rewrites a safetensors header as text; the length before it follows.
    static func changeHeader(_ path: String, _ change: (String) -> String) throws {
        let url = URL(fileURLWithPath: path)
        let bytes = try Data(contentsOf: url)
        let length = bytes.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        let header = Data(change(String(decoding: bytes[8..<(8 + length)], as: UTF8.self)).utf8)
        var result = Data((0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) })
        result.append(header)
        result.append(bytes[(8 + length)...])
        try result.write(to: url)
    }

    /// Overwrites bytes, counted from the end where `offset` is negative.
    static func overwrite(_ path: String, at offset: Int, with bytes: [UInt8]) throws {
        let url = URL(fileURLWithPath: path)
        var data = try Data(contentsOf: url)
        let start = offset < 0 ? data.count + offset : offset
        data.replaceSubrange(start..<(start + bytes.count), with: bytes)
        try data.write(to: url)
    }

    static func truncate(_ path: String, to count: Int) throws {
        let url = URL(fileURLWithPath: path)
        try Data(contentsOf: url).prefix(count).write(to: url)
    }

    static func rewrite(_ path: String, _ change: (String) -> String) throws {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try Data(change(text).utf8).write(to: URL(fileURLWithPath: path))
    }
}
