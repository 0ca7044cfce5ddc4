internal import Foundation
package import PodiumCore
internal import PodiumFiles
package import PodiumStore

extension SuiteArchive {
    /// What came of an import.
    package struct Outcome: Codable, Sendable, Equatable {
        package var suite: SuiteID
        package var runs: Int
        /// Whether an earlier import had stored the same content.
        package var wasThere: Bool
    }

    /// Reads an archive's manifest and checks every file against it.
    package static func read(_ folder: String, schema: Int) throws -> SuiteArchive {
        let path = "\(folder)/\(manifestName)"
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ExperimentError(.invalidRequest, "\(path) cannot be read: name a folder that `podium export` made")
        }
        let archive: SuiteArchive
        do {
            archive = try JSONDecoder().decode(SuiteArchive.self, from: data)
        } catch {
            throw ExperimentError(.invalidRequest, "\(path) is no manifest of an export: \(error)")
        }
        guard archive.format == formatVersion else {
            throw ExperimentError(
                .invalidRequest,
                "\(path) has format \(archive.format), this podium reads \(formatVersion)"
            )
        }
        guard archive.schema == schema else {
            throw ExperimentError(
                .invalidRequest,
                "\(path) was exported from schema \(archive.schema), this database has \(schema): import it with the "
                    + "podium that exported it (\(archive.version)), then migrate"
            )
        }
        guard Set(archive.tables.map(\.table)) == Set(TransferTable.allCases),
            archive.tables.count == TransferTable.allCases.count
        else { throw ExperimentError(.invalidRequest, "\(path) does not name every table once") }
        for file in archive.tables.map(\.file) + archive.files { try check(file, in: folder) }
        return archive
    }

    private static func check(_ file: File, in folder: String) throws {
        guard isInside(file.path) else {
            throw ExperimentError(
                .invalidRequest,
                "the manifest names \"\(file.path)\", which is not inside the export"
            )
        }
        // Not through a link at any step: it might lead anywhere.
        var path = folder
        for part in file.path.split(separator: "/") {
            path += "/\(part)"
            var status = stat()
            guard lstat(path, &status) == 0 else {
                throw ExperimentError(.invalidRequest, "\(path) is missing from the export")
            }
            guard status.st_mode & S_IFMT != S_IFLNK else {
                throw ExperimentError(.invalidRequest, "\(path) is a link; an export has none")
            }
        }
        let found = try describe(file.path, in: folder)
        guard found == file else {
            throw ExperimentError(
                .invalidRequest,
                "\(path) was changed: its SHA-256 is \(found.sha256), the manifest says \(file.sha256)"
            )
        }
    }

    /// Stores the suite under new numbers, and its files among this data directory's artifacts.
    package func store(
        from folder: String,
        dataDirectory: String,
        store: PostgresStore
    ) async throws -> Outcome {
        let request = "import:\(contentHash)"
        let runs = tables.first { $0.table == .runs }?.rows ?? 0
        if let suite = try await store.imported(request) { return Outcome(suite: suite, runs: runs, wasThere: true) }
        var documents: [TransferTable: [String]] = [:]
        for table in tables {
            let text = String(
                decoding: try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(table.file.path)")),
                as: UTF8.self
            )
            documents[table.table] = text.split(separator: "\n").map(String.init)
        }
        let artifacts = try documents[.artifacts, default: []].map { try Self.decode(ArtifactDocument.self, $0) }
        try checkArtifacts(artifacts)
        let numbers = try await Self.numbers(documents, artifacts, store)
        let root = "\(dataDirectory)/artifacts"
        var made: Set<String> = []
        do {
            for file in files {
                let parts = file.path.split(separator: "/", maxSplits: 3).map(String.init)
                guard parts.count == 4, parts[0] == "files",
                    let run = Int64(parts[1].dropFirst("run-".count)).flatMap({ numbers.runs[$0] }),
                    let token = Int64(parts[2].dropFirst("attempt-".count)).flatMap({ numbers.tokens[$0] })
                else { throw ExperimentError(.invalidRequest, "\(file.path) belongs to no run of the export") }
                made.insert("\(root)/run-\(run)")
                try Self.copy("\(folder)/\(file.path)", to: "\(root)/run-\(run)/attempt-\(token)/\(parts[3])")
            }
            let suite = try await store.importDocuments(documents, numbers: numbers, artifacts: root, request: request)
            let wasThere = numbers.suites.values.first != suite.rawValue
            if wasThere { made.forEach { try? FileManager.default.removeItem(atPath: $0) } }
            return Outcome(suite: suite, runs: runs, wasThere: wasThere)
        } catch {
            made.forEach { try? FileManager.default.removeItem(atPath: $0) }
            throw error
        }
    }

    private struct Numbered: Decodable {
        var id: Int64?
        var token: Int64?
    }

    private struct ArtifactDocument: Decodable {
        var id: Int64
        var runID: Int64
        var token: Int64
        var path: String
        var sha256: String
        var removedAt: String?

        enum CodingKeys: String, CodingKey {
            case id, token, path, sha256
            case runID = "run_id"
            case removedAt = "removed_at"
        }
    }

    private static func decode<T: Decodable>(_ type: T.Type, _ document: String) throws -> T {
        do {
            return try JSONDecoder().decode(type, from: Data(document.utf8))
        } catch {
            throw ExperimentError(.invalidRequest, "the export holds a row that cannot be read: \(error)")
        }
    }

    /// Every artifact that counts as there has a file with its hash.
    private func checkArtifacts(_ artifacts: [ArtifactDocument]) throws {
        for artifact in artifacts {
            guard Self.isInside(artifact.path) else {
                throw ExperimentError(
                    .invalidRequest,
                    "artifact \(artifact.id) of the export lies at \"\(artifact.path)\""
                )
            }
            guard artifact.removedAt == nil else { continue }
            let place = "files/run-\(artifact.runID)/attempt-\(artifact.token)/\(artifact.path)"
            let isThere = files.contains {
                ($0.path == place || $0.path.hasPrefix(place + "/")) && $0.sha256 == artifact.sha256
            }
            guard isThere else {
                throw ExperimentError(
                    .invalidRequest,
                    "\(place) of the export has no file with the artifact's SHA-256 \(artifact.sha256)"
                )
            }
        }
    }

    private static func numbers(
        _ documents: [TransferTable: [String]],
        _ artifacts: [ArtifactDocument],
        _ store: PostgresStore
    ) async throws -> TransferNumbers {
        func numbers(_ table: TransferTable) throws -> [Numbered] {
            try documents[table, default: []].map { try decode(Numbered.self, $0) }
        }
        return try await store.transferNumbers(
            suites: try numbers(.suites).compactMap(\.id),
            workers: try numbers(.workers).compactMap(\.id),
            runs: try numbers(.runs).compactMap(\.id),
            artifacts: artifacts.map(\.id),
            tokens: try numbers(.attempts).compactMap(\.token)
        )
    }
}
