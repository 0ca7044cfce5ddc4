internal import Foundation
internal import PodiumCore
package import PodiumStore

extension CleaningPlan {
    /// Looks at a data directory and its database; refuses where another database has files there.
    package static func make(dataDirectory: String, age: Double, store: PostgresStore) async throws -> CleaningPlan {
        let isSole = try DirectoryDatabases(dataDirectory: dataDirectory).isSole(try await store.identity())
        let root = "\(dataDirectory)/artifacts"
        var attempts: [AttemptFolder] = []
        for runName in names(in: root) {
            guard let run = number(runName, after: "run-") else { continue }
            for name in names(in: "\(root)/\(runName)") {
                guard let token = number(name, after: "attempt-") else { continue }
                attempts.append(
                    AttemptFolder(
                        run: RunID(rawValue: run),
                        token: token,
                        folder: folder("\(root)/\(runName)/\(name)")
                    )
                )
            }
        }
        let shards = names(in: "\(dataDirectory)/pretraining").map { folder("\(dataDirectory)/pretraining/\($0)") }
        // The disk before the rows: a folder is made after its attempt's row, and a row is written after its file.
        let facts = try await store.cleaningFacts(of: Array(Set(attempts.map(\.run))))
        return CleaningPlan(
            facts: facts,
            // Nobody has said whose these are: only what rows name goes.
            attempts: isSole ? attempts : [],
            shards: isSole ? shards : [],
            root: root,
            age: age
        )
    }

    /// Removes what the plan names; returns what could not be removed, and why.
    package func apply(store: PostgresStore) async throws -> [String] {
        let givenUp = try await store.giveUpCheckpoints(items.compactMap(\.artifact))
        var failures: [String] = []
        for item in items {
            if let artifact = item.artifact, !givenUp.contains(artifact) {
                failures.append("\(item.path) is kept: its run is wanted again")
                continue
            }
            guard FileManager.default.fileExists(atPath: item.path) else { continue }
            do {
                try FileManager.default.removeItem(atPath: item.path)
            } catch {
                failures.append("\(item.path) cannot be removed: \(error.localizedDescription)")
            }
        }
        return failures
    }

    private static func names(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    private static func number(_ name: String, after prefix: String) -> Int64? {
        name.hasPrefix(prefix) ? Int64(name.dropFirst(prefix.count)) : nil
    }

    /// Bytes and age of a folder, or of a file; links are not followed.
    private static func folder(_ path: String) -> Folder {
        func facts(_ path: String) -> (bytes: Int64, changed: Double, isFile: Bool) {
            var status = stat()
            guard lstat(path, &status) == 0 else { return (0, 0, false) }
            let isFile = status.st_mode & S_IFMT == S_IFREG
            return (isFile ? Int64(status.st_size) : 0, Double(status.st_mtim.tv_sec), isFile)
        }
        var result = Folder(path: path, bytes: facts(path).bytes, changedAt: facts(path).changed)
        guard let parts = FileManager.default.enumerator(atPath: path) else { return result }
        for case let part as String in parts {
            let part = facts("\(path)/\(part)")
            result.bytes += part.bytes
            result.changedAt = max(result.changedAt, part.changed)
        }
        return result
    }
}
