internal import Foundation
package import PodiumCore
internal import PodiumFiles
package import PodiumStore

/// A suite as a folder: `manifest.json`, a file of JSON lines for each table, and artifacts under `files/`.
///
/// The manifest has the SHA-256 of every other file; its own name for the content is the hash of those.
package struct SuiteArchive: Codable, Sendable, Equatable {
    package struct File: Codable, Sendable, Equatable {
        /// Relative to the folder.
        package var path: String
        package var bytes: Int64
        package var sha256: String
    }

    package struct Table: Codable, Sendable, Equatable {
        package var table: TransferTable
        package var rows: Int
        package var file: File
    }

    package static let formatVersion = 1
    static let manifestName = "manifest.json"

    package var format: Int
    /// The database's schema, which an import must have too.
    package var schema: Int
    /// Of Podium.
    package var version: String
    package var suite: String
    package var exportedAt: Double
    package var tables: [Table]
    package var files: [File]

    /// The same for the same content, whenever it was exported.
    var contentHash: String {
        let lines = (tables.map(\.file) + files).map { "\($0.sha256) \($0.bytes) \($0.path)" }.sorted()
        return Digest.sha256(Array("\(format) \(schema)\n\(lines.joined(separator: "\n"))".utf8))
    }

    /// Whether a path leads to something below a folder: relative, and never up.
    static func isInside(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return !path.isEmpty && !path.contains("\0") && !parts.contains { $0.isEmpty || $0 == "." || $0 == ".." }
    }
}

extension SuiteArchive {
    /// Writes a suite whose runs are all over into a folder that is not there yet.
    ///
    /// - Parameter notice: hears of artifacts whose files are gone.
    package static func export(
        _ suite: SuiteRecord,
        to folder: String,
        dataDirectory: String,
        version: String,
        schema: Int,
        now: Double,
        store: PostgresStore,
        notice: (String) -> Void
    ) async throws -> SuiteArchive {
        let open = try await store.runs(suite: suite.id, includingTerminal: false).filter { !$0.isOver }
        guard open.isEmpty else {
            throw ExperimentError(
                .failed,
                "\(open.count) run(s) of suite \(suite.id) are not over; export it when they are, or cancel them"
            )
        }
        guard !FileManager.default.fileExists(atPath: folder) else {
            throw ExperimentError(.invalidRequest, "\(folder) is there already; name a folder that is not")
        }
        // Beside its place, so that a folder of that name is complete.
        let draft = folder + ".part-\(UInt32.random(in: 0...UInt32.max))"
        do {
            let archive = try await export(
                suite,
                draft,
                "\(dataDirectory)/artifacts",
                SuiteArchive(
                    format: formatVersion,
                    schema: schema,
                    version: version,
                    suite: suite.name,
                    exportedAt: now,
                    tables: [],
                    files: []
                ),
                store,
                notice
            )
            try FileManager.default.moveItem(atPath: draft, toPath: folder)
            return archive
        } catch {
            try? FileManager.default.removeItem(atPath: draft)
            throw error
        }
    }

    private static func export(
        _ suite: SuiteRecord,
        _ folder: String,
        _ root: String,
        _ empty: SuiteArchive,
        _ store: PostgresStore,
        _ notice: (String) -> Void
    ) async throws -> SuiteArchive {
        var archive = empty
        let files = FileManager.default
        try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var paths: [Int64: String] = [:]
        var copied: Set<String> = []
        for run in try await store.runs(suite: suite.id, includingTerminal: true) {
            for record in try await store.artifacts(of: run.id) where record.removedAt == nil {
                let attempt = "run-\(record.run)/attempt-\(record.token)"
                let path = record.artifact.path
                // A result that was taken over lies in the other run's folder.
                guard let source = attemptFolder(of: path, in: root), files.fileExists(atPath: path) else {
                    notice("\(path) of run \(run.id) is not there: its row is exported without it")
                    continue
                }
                let rest = String(path.dropFirst("\(source)/".count))
                let parts = try regularFiles(path).map { $0.isEmpty ? rest : "\(rest)/\($0)" }
                var isWhole = false
                for part in parts {
                    let target = "files/\(attempt)/\(part)"
                    if copied.insert(target).inserted {
                        try copy("\(source)/\(part)", to: "\(folder)/\(target)")
                        archive.files.append(try describe(target, in: folder))
                    }
                    isWhole =
                        isWhole || archive.files.contains { $0.path == target && $0.sha256 == record.artifact.sha256 }
                }
                guard isWhole else {
                    throw ExperimentError(
                        .failed,
                        "\(path) has changed since run \(run.id) made it: no file in it has the SHA-256 "
                            + "\(record.artifact.sha256)"
                    )
                }
                paths[record.id] = rest
            }
        }
        for table in TransferTable.allCases {
            let documents = try await store.documents(table, of: suite.id, paths: paths)
            let name = "\(table.rawValue).jsonl"
            _ = try AtomicFile.write(Array(documents.map { $0 + "\n" }.joined().utf8), to: "\(folder)/\(name)")
            archive.tables.append(Table(table: table, rows: documents.count, file: try describe(name, in: folder)))
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        _ = try AtomicFile.write([UInt8](try encoder.encode(archive)), to: "\(folder)/\(manifestName)")
        return archive
    }

    /// The attempt's folder that something lies in, `root/run-12/attempt-3`; nil where it lies elsewhere.
    private static func attemptFolder(of path: String, in root: String) -> String? {
        guard path.hasPrefix(root + "/") else { return nil }
        let parts = path.dropFirst(root.count + 1).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count > 2, parts[0].hasPrefix("run-"), parts[1].hasPrefix("attempt-"), !parts.contains("..") else {
            return nil
        }
        return "\(root)/\(parts[0])/\(parts[1])"
    }

    /// The regular files of a folder, relative to it; an empty path for a file itself.
    private static func regularFiles(_ path: String) throws -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            return [""]
        }
        return try FileManager.default.subpathsOfDirectory(atPath: path).filter { part in
            let type = try FileManager.default.attributesOfItem(atPath: "\(path)/\(part)")[.type] as? FileAttributeType
            return type == .typeRegular
        }.sorted()
    }

    static func copy(_ source: String, to target: String) throws {
        let folder = URL(fileURLWithPath: target).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: source, toPath: target)
    }

    static func describe(_ path: String, in folder: String) throws -> File {
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(path)")
        return File(
            path: path,
            bytes: (attributes[.size] as? NSNumber)?.int64Value ?? 0,
            sha256: try Digest.sha256(file: "\(folder)/\(path)")
        )
    }
}
