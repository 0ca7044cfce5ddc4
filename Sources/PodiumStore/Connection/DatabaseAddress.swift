import CLibPQ

/// Where a database is and who asks.
///
/// Its description leaves the password out, and nothing else prints its parts.
package struct DatabaseAddress: Sendable, Hashable, CustomStringConvertible {
    /// libpq's connection keywords, such as `host`, `port`, `user`, `dbname`.
    package private(set) var settings: [String: String]

    /// Reads `postgresql://user:password@host:port/name?option=value`, or `host=… dbname=…`.
    package init(parsing text: String) throws(StoreError) {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(text, &message) else {
            // libpq's own message may quote a piece of the password.
            PQfreemem(message)
            throw StoreError(
                .connectionFailed,
                "the database address cannot be understood; write postgresql://user@host:5432/name "
                    + "and percent-encode special characters in a password"
            )
        }
        defer { PQconninfoFree(options) }
        settings = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { settings[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
    }

    /// A server that listens on a socket in `socketDirectory`.
    package init(socketDirectory: String, port: Int, user: String, database: String) {
        settings = ["host": socketDirectory, "port": String(port), "user": user, "dbname": database]
    }

    /// The environment variables that libpq reads where an address leaves something open.
    ///
    /// No setting can keep it from reading some of them (`PGSERVICE`, `PGHOSTADDR`): a program that connects to a
    /// private server takes them out of its environment before it starts a thread.
    package static var environmentVariables: [String] {
        var names: Set = ["PGSERVICE", "PGSERVICEFILE", "PGSYSCONFDIR", "PGTZ", "PGDATESTYLE", "PGGEQO"]
        guard let options = PQconndefaults() else { return names.sorted() }
        defer { PQconninfoFree(options) }
        var option = options
        while option.pointee.keyword != nil {
            if let name = option.pointee.envvar { names.insert(String(cString: name)) }
            option += 1
        }
        return names.sorted()
    }

    /// The same server and user, another database.
    package func database(_ name: String) -> DatabaseAddress {
        var copy = self
        copy.settings["dbname"] = name
        return copy
    }

    package var description: String {
        let host = settings["host"] ?? settings["hostaddr"] ?? "the default socket"
        let port = settings["port"] ?? "5432"
        let user = settings["user"].map { " as \($0)" } ?? ""
        return "database \(settings["dbname"] ?? "(default)") at \(host), port \(port)\(user)"
    }

    /// What libpq is given: the user's settings over ours.
    ///
    /// Keep-alives find a vanished peer in about 20 s where the kernel's default is two hours.
    var connectionSettings: [String: String] {
        let ours = [
            "application_name": "podium",
            "keepalives_idle": "10",
            "keepalives_interval": "3",
            "keepalives_count": "3",
            "tcp_user_timeout": "20000",
        ]
        var all = ours.merging(settings) { _, users in users }
        all["client_encoding"] = "UTF8"
        return all
    }
}
