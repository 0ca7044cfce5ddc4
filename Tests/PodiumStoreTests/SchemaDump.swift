import PodiumStore
import Subprocess
import SystemPackage
import Testing

/// The schema as pg_dump sees it, without what differs from server to server.
enum SchemaDump {
    /// The folder of the numbered files.
    static var migrations: String {
        let here = FilePath(#filePath)
        return here.removingLastComponent().removingLastComponent().removingLastComponent().appending("migrations")
            .string
    }

    static func take(_ address: DatabaseAddress) async throws -> String {
        let settings = address.settings
        let result = try await Subprocess.run(
            .path(FilePath(try await Cluster.tool("pg_dump"))),
            arguments: [
                "--schema-only", "--no-owner", "--no-privileges", "-h", settings["host"] ?? "", "-U",
                settings["user"] ?? "", settings["dbname"] ?? "",
            ],
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 16)
        )
        try #require(result.terminationStatus.isSuccess, "pg_dump: \(result.standardError)")
        let lines = result.standardOutput.split(separator: "\n")
            .filter { !$0.hasPrefix("--") && !$0.hasPrefix("SET ") && !$0.hasPrefix("SELECT pg_catalog.set_config") }
            // Newer pg_dump wraps the dump in a random key.
            .filter { !$0.hasPrefix("\\restrict") && !$0.hasPrefix("\\unrestrict") }
        return lines.joined(separator: "\n") + "\n"
    }
}
