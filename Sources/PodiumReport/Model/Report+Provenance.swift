package import PodiumCore

extension Report {
    /// What made the numbers: machines and devices of the runs, and the program and database that the report is from.
    package struct Provenance: Codable, Sendable, Equatable {
        /// Podium's version.
        package var version: String
        /// The commit the program was built from; nil for a build outside a checkout.
        package var commit: String?
        /// Whether the checkout had changes on top of that commit.
        package var isModified: Bool
        /// Of the runs; several are separated by commas, as in the three properties below.
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

        /// With what the runs were computed on in place of where the report is written.
        package func computed(on environments: [AttemptEnvironment]) -> Provenance {
            guard let first = environments.first else { return self }
            func all(_ part: (AttemptEnvironment) -> String) -> String {
                var seen: [String] = []
                for value in environments.map(part) where !seen.contains(value) { seen.append(value) }
                return seen.joined(separator: ", ")
            }
            var copy = self
            copy.host = all(\.host)
            copy.operatingSystem = all(\.operatingSystem)
            copy.cpu = all(\.processor)
            copy.cores = environments.map(\.cores).max() ?? first.cores
            copy.device = all(\.device)
            return copy
        }
    }
}
