import Glibc

/// The operating-system user that the server runs as.
///
/// PostgreSQL refuses to run as root; then the package's own user takes over.
struct ServerUser: Sendable, Equatable {
    let name: String
    let id: UInt32
    let group: UInt32
    /// Whether this is not the user that Podium runs as.
    let isOther: Bool

    static func choose() throws(StoreError) -> ServerUser {
        let own = geteuid()
        guard own == 0 else {
            return ServerUser(name: try name(of: own), id: own, group: getegid(), isOther: false)
        }
        guard let entry = getpwnam("postgres") else {
            throw StoreError(
                .cluster,
                "PostgreSQL does not run as root and there is no user postgres: install the package postgresql, "
                    + "or run podium as an ordinary user"
            )
        }
        return ServerUser(name: "postgres", id: entry.pointee.pw_uid, group: entry.pointee.pw_gid, isOther: true)
    }

    /// The names that may connect: the server's user, ours, and root.
    func namesThatMayConnect() throws(StoreError) -> [String] {
        var names = [name, "root"]
        let own = try Self.name(of: geteuid())
        if !names.contains(own) { names.append(own) }
        return names
    }

    private static func name(of id: UInt32) throws(StoreError) -> String {
        guard let entry = getpwuid(id), let name = entry.pointee.pw_name else {
            throw StoreError(.cluster, "user number \(id) has no name in /etc/passwd, which PostgreSQL needs")
        }
        return String(cString: name)
    }

    /// The first directory on the way to `path` that this user may not pass; nil when the way is free.
    func obstacle(to path: String) -> String? {
        guard isOther else { return nil }
        var directory = ""
        for part in path.split(separator: "/") {
            var facts = stat()
            guard stat(directory.isEmpty ? "/" : directory, &facts) == 0 else { return nil }
            let needed: UInt32 = facts.st_uid == id ? 0o100 : facts.st_gid == group ? 0o010 : 0o001
            if facts.st_mode & needed == 0 { return directory.isEmpty ? "/" : directory }
            directory += "/\(part)"
        }
        return nil
    }
}
