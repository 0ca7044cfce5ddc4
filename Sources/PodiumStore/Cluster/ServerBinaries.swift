import FoundationEssentials

/// One installation of the PostgreSQL server.
struct ServerBinaries: Sendable, Equatable {
    let directory: String
    /// 15 for version 15.18.
    let major: Int

    func path(_ tool: String) -> String { "\(directory)/\(tool)" }

    /// Finds an installation, that of `major` if asked for and there, else the newest.
    static func find(_ options: ClusterOptions, major wanted: Int?) async throws(StoreError) -> ServerBinaries {
        var installations: [ServerBinaries] = []
        for directory in candidates(options) where isInstallation(directory) {
            let found = ServerBinaries(directory: directory, major: try await version(of: directory))
            // Who names a directory means that one.
            if directory == options.binaryDirectory { return found }
            installations.append(found)
        }
        if let match = installations.first(where: { $0.major == wanted }) { return match }
        if let newest = installations.max(by: { $0.major < $1.major }) { return newest }
        let place = options.binaryDirectory.map { " in \($0)" } ?? ""
        throw StoreError(
            .serverMissing,
            "PostgreSQL's server programs (initdb, pg_ctl, postgres) were not found\(place): install them "
                + "(Debian: apt-get install postgresql), set PG_BIN to their directory, or use --database URL"
        )
    }

    /// The named directory alone, or Debian's, Red Hat's and the search path's.
    private static func candidates(_ options: ClusterOptions) -> [String] {
        if let named = options.binaryDirectory { return [named] }
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        var all = versions.sorted().map { "/usr/lib/postgresql/\($0)/bin" }
        all += (options.searchPath ?? "").split(separator: ":").map(String.init)
        all += ["/usr/bin", "/usr/local/bin", "/usr/local/pgsql/bin", "/usr/pgsql/bin"]
        return all
    }

    private static func isInstallation(_ directory: String) -> Bool {
        ["initdb", "pg_ctl", "postgres"].allSatisfy {
            FileManager.default.isExecutableFile(atPath: "\(directory)/\($0)")
        }
    }

    private static func version(of directory: String) async throws(StoreError) -> Int {
        let output = try await ServerTool("\(directory)/postgres", ["--version"], as: nil).output()
        guard let match = output.firstMatch(of: #/\(PostgreSQL\) (\d+)/#), let major = Int(match.1) else {
            throw StoreError(.serverMissing, "\(directory)/postgres does not say its version: \(output)")
        }
        return major
    }
}
