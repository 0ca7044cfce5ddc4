extension Report {
    /// What made the numbers: program, machine, database.
    package struct Provenance: Codable, Sendable, Equatable {
        /// Podium's version.
        package var version: String
        /// The commit the program was built from; nil for a build outside a checkout.
        package var commit: String?
        /// Whether the checkout had changes on top of that commit.
        package var isModified: Bool
        package var host: String
        package var operatingSystem: String
        package var cpu: String
        /// Logical cores.
        package var cores: Int
        /// `cpu`, or the accelerator's name.
        package var device: String
        /// Number of the newest migration.
        package var databaseSchema: Int
        /// The server's own words, such as `PostgreSQL 15.14`.
        package var database: String?

        package init(
            version: String,
            commit: String? = nil,
            isModified: Bool = false,
            host: String,
            operatingSystem: String,
            cpu: String,
            cores: Int,
            device: String = "cpu",
            databaseSchema: Int,
            database: String? = nil
        ) {
            self.version = version
            self.commit = commit
            self.isModified = isModified
            self.host = host
            self.operatingSystem = operatingSystem
            self.cpu = cpu
            self.cores = cores
            self.device = device
            self.databaseSchema = databaseSchema
            self.database = database
        }
    }
}
