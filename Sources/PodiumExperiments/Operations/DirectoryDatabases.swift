internal import Foundation

/// Which databases have files in a data directory: those whose daemons and workers have worked in it.
///
/// Rows name files by number of run and attempt, and two databases count alike. Whoever removes files must know that they are its own.
package struct DirectoryDatabases: Sendable, Equatable {
    /// What `PostgresStore.identity` says, one each.
    package private(set) var identities: [String]
    private let path: String

    package init(dataDirectory: String) {
        path = "\(dataDirectory)/artifacts/databases"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        identities = text.split(whereSeparator: \.isNewline).map(String.init)
    }

    /// Adds a database to those that are known, for good.
    package mutating func note(_ identity: String) throws {
        guard !identities.contains(identity) else { return }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw ExperimentError(.fileSystem, "\(path): cannot be written: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        // One call appends one line, whoever else appends: two workers may begin at the same time.
        let line = Array("\(identity)\n".utf8)
        guard write(descriptor, line, line.count) == line.count else {
            throw ExperimentError(.fileSystem, "\(path): cannot be written: \(String(cString: strerror(errno)))")
        }
        identities.append(identity)
    }

    /// Whether all files are the database's own; false where nothing was ever noted.
    ///
    /// Throws where another database has files here.
    package func isSole(_ identity: String) throws -> Bool {
        guard let other = identities.first(where: { $0 != identity }) else { return !identities.isEmpty }
        throw ExperimentError(
            .invalidRequest,
            "another database (\(other)) has files in this data directory, and nobody can tell whose is what: `podium gc` removes nothing. "
                + "Give each database a data directory of its own; if that one is gone for good, take its line out of \(path)"
        )
    }
}
