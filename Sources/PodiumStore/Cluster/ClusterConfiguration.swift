/// The server's configuration files, written anew at each start.
struct ClusterConfiguration: Sendable {
    let placement: ClusterPlacement
    let options: ClusterOptions
    let user: ServerUser

    static let role = "podium"
    static let database = "podium"

    func write() throws(StoreError) {
        try Directory.write(postgresql, to: "\(placement.data)/postgresql.conf", owner: user)
        // Who the kernel says is on the other end of the socket; no passwords, no network.
        try Directory.write("local all all peer map=podium\n", to: "\(placement.data)/pg_hba.conf", owner: user)
        let map = try user.namesThatMayConnect().map { "podium \"\($0)\" \(Self.role)\n" }.joined()
        try Directory.write(map, to: "\(placement.data)/pg_ident.conf", owner: user)
    }

    private var postgresql: String {
        var settings = [
            "listen_addresses": "",
            "port": String(ClusterPlacement.port),
            // A list of names, each of which may stand in double quotes.
            "unix_socket_directories": "\"\(placement.socketDirectory.replacing("\"", with: "\"\""))\"",
            "unix_socket_permissions": "0700",
            "max_connections": "64",
            "shared_buffers": "64MB",
            // A checkpoint makes the next change of every page write the whole page: seldom, at the price of some disk.
            "max_wal_size": "1GB",
            "wal_level": "minimal",
            "max_wal_senders": "0",
            // A forgotten transaction would stall clean-up of the queue.
            "idle_in_transaction_session_timeout": "60s",
            "log_line_prefix": "%m [%p] ",
            "lc_messages": "C",
        ]
        if !options.isDurable {
            // Commits still reach the kernel at once: a killed server loses nothing, only a power failure does.
            for name in ["fsync", "full_page_writes"] { settings[name] = "off" }
        }
        settings.merge(options.settings) { _, callers in callers }
        let lines = settings.sorted { $0.key < $1.key }.map { "\($0.key) = \(Self.quoted($0.value))\n" }
        return """
            # Written by podium at each start; changes belong into custom.conf beside this file.
            \(lines.joined())include_if_exists = 'custom.conf'

            """
    }

    private static func quoted(_ value: String) -> String {
        "'" + value.replacing("\\", with: "\\\\").replacing("'", with: "''") + "'"
    }
}
