package import PodiumStore

/// Where Podium keeps everything: a data directory with a private database, or a database elsewhere.
package struct Place: Sendable {
    /// An absolute path.
    package var dataDirectory: String
    /// Nil for the private server.
    package var database: DatabaseAddress?
    package var clusterOptions: ClusterOptions

    package init(dataDirectory: String, database: DatabaseAddress?, clusterOptions: ClusterOptions) {
        self.dataDirectory = dataDirectory
        self.database = database
        self.clusterOptions = clusterOptions
    }

    /// Where fetched models lie.
    package var models: String { dataDirectory + "/models" }

    /// The database that is there already: the given one, or that of a running Podium.
    package func existingAddress() async throws -> DatabaseAddress {
        if let database { return database }
        return try await Cluster.attach(clusterOptions).address
    }

    /// Does something with the store of a running Podium.
    package func withStore<Result>(_ body: (PostgresStore) async throws -> Result) async throws -> Result {
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
