import FoundationEssentials

/// Where a private server's files and its socket lie.
struct ClusterPlacement: Sendable, Equatable {
    /// Holds everything below; belongs to the server's user alone.
    let root: String
    let socketDirectory: String
    /// What the user should know about it.
    let notice: String?

    var data: String { "\(root)/data" }
    var log: String { "\(root)/server.log" }

    static let port = 5432

    /// The longest path that a Unix socket can have, without its final NUL.
    static let longestSocketPath = 107

    /// Chooses `postgres/` in the data directory, or a shared place when the server's user cannot get there.
    ///
    /// The shared place is remembered in the file `postgres.location`, so a
    /// data directory that is deleted takes its database out of use as well.
    static func choose(_ options: ClusterOptions, user: ServerUser) throws(StoreError) -> ClusterPlacement {
        let home = "\(options.dataDirectory)/postgres"
        guard let obstacle = user.obstacle(to: home) else {
            return ClusterPlacement(root: home, user: user, notice: nil)
        }
        let pointer = "\(options.dataDirectory)/postgres.location"
        let root: String
        if let known = Directory.read(pointer)?.split(separator: "\n").first.map(String.init) {
            root = known
        } else {
            root = "\(options.sharedDirectory)/postgres-\(String(UInt64.random(in: 1...UInt64.max), radix: 36))"
            try Directory.make(options.sharedDirectory)
            do {
                try (root + "\n").write(toFile: pointer, atomically: true, encoding: .utf8)
            } catch {
                throw StoreError(.directory, "cannot write \(pointer): \(error)")
            }
        }
        guard user.obstacle(to: root) == nil else {
            throw StoreError(
                .directory,
                "PostgreSQL runs as user \(user.name), who can enter neither \(obstacle) nor \(options.sharedDirectory): "
                    + "choose a --data-dir that other users may enter, or run podium as an ordinary user"
            )
        }
        let notice = "PostgreSQL runs as user \(user.name), who cannot enter \(obstacle): its files are in \(root)"
        return ClusterPlacement(root: root, user: user, notice: notice)
    }

    /// Where the server of a data directory is, if it has one; makes nothing.
    static func existing(_ options: ClusterOptions, user: ServerUser) -> ClusterPlacement {
        if let known = Directory.read("\(options.dataDirectory)/postgres.location")?.split(separator: "\n").first {
            return ClusterPlacement(root: String(known), user: user, notice: nil)
        }
        return ClusterPlacement(root: "\(options.dataDirectory)/postgres", user: user, notice: nil)
    }

    private init(root: String, user: ServerUser, notice: String?) {
        self.root = root
        self.notice = notice
        let usual = "\(root)/run"
        // libpq takes a comma for the end of one host's name.
        let isUsable = Self.socketPath(in: usual).utf8.count <= Self.longestSocketPath && !usual.contains(",")
        socketDirectory =
            isUsable
            ? usual : "/tmp/podium-\(user.id)-\(String(Self.hash(root), radix: 36))"
    }

    static func socketPath(in directory: String) -> String { "\(directory)/.s.PGSQL.\(port)" }

    /// FNV-1a: the same short name for the same path in every process.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
