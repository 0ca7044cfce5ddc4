import ArgumentParser
import Foundation
import PodiumCore
import PodiumStore

/// Where Podium keeps everything: a data directory with a private database, or a database elsewhere.
struct PlaceOptions: ParsableArguments {
    @Option(
        name: .customLong("data-dir"),
        help: ArgumentHelp(
            "Data directory: private database, data, models, artifacts.",
            discussion: "Default: $PODIUM_DATA_DIR, else ~/.local/share/podium."
        ),
        completion: .directory
    )
    var dataDirectoryOption: String?

    @Option(
        help: ArgumentHelp(
            "Use this PostgreSQL server instead of the private one.",
            discussion: "postgresql://user@host:5432/name, or $PODIUM_DATABASE. A password is better in ~/.pgpass."
        )
    )
    var database: String?

    /// The data directory's absolute path.
    var dataDirectory: String {
        let environment = ProcessInfo.processInfo.environment
        let path =
            dataDirectoryOption ?? environment["PODIUM_DATA_DIR"]
            ?? (environment["XDG_DATA_HOME"].map { "\($0)/podium" } ?? "\(userHome)/.local/share/podium")
        return URL(fileURLWithPath: path).standardizedFileURL.path
    }

    var userHome: String {
        ProcessInfo.processInfo.environment["HOME"] ?? NSHomeDirectory()
    }

    var databaseURL: String? {
        database ?? ProcessInfo.processInfo.environment["PODIUM_DATABASE"]
    }

    var clusterOptions: ClusterOptions { Self.clusterOptions(in: dataDirectory) }

    /// A private server in a folder, by the programs that the environment names.
    static func clusterOptions(in folder: String) -> ClusterOptions {
        let environment = ProcessInfo.processInfo.environment
        return ClusterOptions(
            dataDirectory: folder,
            binaryDirectory: environment["PG_BIN"],
            searchPath: environment["PATH"]
        )
    }

    /// What the options come to, for code that outlives the parsing.
    struct Resolved: Sendable {
        var dataDirectory: String
        /// Nil for the private server.
        var database: DatabaseAddress?
        var clusterOptions: ClusterOptions
    }

    func resolved() throws -> Resolved {
        Resolved(
            dataDirectory: dataDirectory,
            database: try databaseURL.map { (url) throws(StoreError) in try DatabaseAddress(parsing: url) },
            clusterOptions: clusterOptions
        )
    }

    /// The database that is there already: the given one, or that of a running Podium.
    func existingAddress() async throws -> DatabaseAddress {
        if let databaseURL { return try DatabaseAddress(parsing: databaseURL) }
        return try await Cluster.attach(clusterOptions).address
    }

    /// Does something with the store of a running Podium.
    func withStore<Result>(_ body: (any JobStore) async throws -> Result) async throws -> Result {
        let store = try await PostgresStore.open(try await existingAddress(), connections: 2)
        do {
            let result = try await body(store)
            await store.close()
            return result
        } catch {
            await store.close()
            throw error
        }
    }
}
