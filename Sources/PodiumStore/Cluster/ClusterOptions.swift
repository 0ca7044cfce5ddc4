/// What a private PostgreSQL server is made from.
package struct ClusterOptions: Sendable {
    /// Podium's data directory; the server lives in `postgres/` below it.
    package var dataDirectory: String
    /// Where `initdb` and `pg_ctl` are; nil looks in the usual places, then along `searchPath`.
    package var binaryDirectory: String?
    /// Directories separated by colons, as in `PATH`.
    package var searchPath: String?
    /// Where the server goes when Podium runs as root and the server's user cannot reach `dataDirectory`.
    package var sharedDirectory: String = "/var/lib/podium"
    /// Further lines of `postgresql.conf`.
    package var settings: [String: String] = [:]
    /// False makes a server that is fast and may lose everything in a power failure: for tests.
    package var isDurable: Bool = true
    /// How long a start may take, crash recovery included.
    package var startTimeout: Duration = .seconds(120)

    package init(dataDirectory: String, binaryDirectory: String? = nil, searchPath: String? = nil) {
        self.dataDirectory = dataDirectory
        self.binaryDirectory = binaryDirectory
        self.searchPath = searchPath
    }

    /// With the data directory's absolute path, if it exists.
    func resolved() -> ClusterOptions {
        var copy = self
        copy.dataDirectory = Directory.resolve(dataDirectory) ?? dataDirectory
        return copy
    }
}
