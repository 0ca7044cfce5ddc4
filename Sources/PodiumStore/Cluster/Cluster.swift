/// A private PostgreSQL server in Podium's data directory.
///
/// It listens on a Unix socket only, runs as an ordinary user, and outlives
/// the Podium that started it: after a `kill -9` the next start finds it
/// running and goes on with it, and a server that was itself killed is started
/// again and recovers. Who starts it holds the data directory's lock; who
/// attaches needs none.
package final class Cluster: Sendable {
    /// How the server came to run.
    package enum Origin: Sendable, Equatable {
        /// Made just now.
        case created
        case started
        /// Found running, left by an earlier Podium.
        case found
        /// Somebody else's to start and stop.
        case attached
    }

    package enum StopMode: String, Sendable {
        /// Waits for clients to leave.
        case smart
        /// Ends clients' connections, then stops in good order.
        case fast
        /// As a crash would; the next start recovers.
        case immediate
    }

    package let origin: Origin
    /// The database `podium` on this server.
    package let address: DatabaseAddress
    /// What the user should know, such as an unexpected place of the files.
    package let notices: [String]
    /// The server's log file.
    package var log: String { placement.log }

    private let options: ClusterOptions
    private let placement: ClusterPlacement
    private let binaries: ServerBinaries
    private let user: ServerUser
    private let lock: DirectoryLock?

    private init(
        origin: Origin,
        options: ClusterOptions,
        placement: ClusterPlacement,
        socketDirectory: String,
        binaries: ServerBinaries,
        user: ServerUser,
        lock: DirectoryLock?
    ) {
        self.origin = origin
        self.options = options
        self.placement = placement
        self.binaries = binaries
        self.user = user
        self.lock = lock
        notices = placement.notice.map { [$0] } ?? []
        address = DatabaseAddress(
            socketDirectory: socketDirectory,
            port: ClusterPlacement.port,
            user: ClusterConfiguration.role,
            database: ClusterConfiguration.database
        )
    }

    /// Makes the server if there is none yet, starts it if it is not running, and takes charge of the directory.
    ///
    /// Throws `.alreadyRunning` while another process is in charge.
    package static func start(_ options: ClusterOptions) async throws(StoreError) -> Cluster {
        let user = try ServerUser.choose()
        try Directory.make(options.dataDirectory)
        let options = options.resolved()
        let lock = try DirectoryLock(options.dataDirectory)
        let placement = try ClusterPlacement.choose(options, user: user)
        try Directory.makePrivate(placement.root, owner: user)
        let starter = ClusterStarter(options: options, placement: placement, user: user)
        while true {
            let (origin, binaries) = try await starter.bringUp()
            let cluster = Cluster(
                origin: origin,
                options: options,
                placement: placement,
                socketDirectory: Postmaster.running(on: placement.data)?.socketDirectory ?? placement.socketDirectory,
                binaries: binaries,
                user: user,
                lock: lock
            )
            do throws(StoreError) {
                try await cluster.ensureDatabase(within: options.startTimeout)
                return cluster
            } catch {
                // The server that was found was about to die of a kill -9.
                if origin == .found, cluster.processID == nil { continue }
                // A server that nobody can use is not left behind.
                if origin != .found { try? await cluster.stop(.immediate) }
                throw error
            }
        }
    }

    /// Finds the server that a running Podium has started in this data directory.
    ///
    /// Throws `.notRunning` when there is none.
    package static func attach(_ options: ClusterOptions) async throws(StoreError) -> Cluster {
        let user = try ServerUser.choose()
        let options = options.resolved()
        let placement = ClusterPlacement.existing(options, user: user)
        guard let server = Postmaster.running(on: placement.data) else {
            throw StoreError(
                .notRunning,
                "no podium runs in \(options.dataDirectory): start one with `podium up`, or use --database URL"
            )
        }
        return Cluster(
            origin: .attached,
            options: options,
            placement: placement,
            socketDirectory: server.socketDirectory,
            binaries: try await ServerBinaries.find(options, major: ClusterStarter.major(of: placement.data)),
            user: user,
            lock: nil
        )
    }

    /// The path of a program of the newest installation, such as `pg_dump`.
    package static func tool(_ name: String) async throws(StoreError) -> String {
        try await ServerBinaries.find(ClusterOptions(dataDirectory: "/"), major: nil).path(name)
    }

    /// The process number of the server in a data directory, or nil when none runs; touches nothing.
    package static func serverProcess(dataDirectory: String) -> Int32? {
        guard let user = try? ServerUser.choose() else { return nil }
        let options = ClusterOptions(dataDirectory: dataDirectory).resolved()
        return Postmaster.running(on: ClusterPlacement.existing(options, user: user).data)?.processID
    }

    /// The server's process number, or nil when it is not running.
    package var processID: Int32? { Postmaster.running(on: placement.data)?.processID }

    /// Stops the server; nothing happens when it is not running.
    package func stop(_ mode: StopMode = .fast) async throws(StoreError) {
        guard processID != nil else { return }
        let arguments = ["stop", "-D", placement.data, "-m", mode.rawValue, "-w", "-t", "60"]
        let output = try await ServerTool(binaries.path("pg_ctl"), arguments, as: user).run()
        guard output.isSuccess || processID == nil else {
            throw StoreError(.cluster, "PostgreSQL in \(placement.root) does not stop: \(output.text)")
        }
    }

    /// Starts the server again if it died, at the same address; whether it had to.
    ///
    /// For the process in charge of the directory, from time to time.
    package func revive() async throws(StoreError) -> Bool {
        precondition(lock != nil, "only who started the server keeps it alive")
        guard processID == nil else { return false }
        let starter = ClusterStarter(options: options, placement: placement, user: user)
        _ = try await starter.bringUp()
        try await ensureDatabase(within: options.startTimeout)
        return true
    }

    /// Runs a script with pgbench, as prepared statements.
    ///
    /// - Returns: transactions a second over all clients, connecting left out.
    func pgbench(
        _ script: String,
        variables: [String: String],
        clients: Int,
        each: Int
    ) async throws(StoreError) -> Double {
        let file = "\(placement.root)/pgbench.sql"
        try Directory.write(script, to: file, owner: user)
        let settings = address.settings
        var arguments = [
            "--no-vacuum", "--protocol=prepared", "--file", file, "--client", String(clients), "--jobs",
            String(min(clients, 2)), "--transactions", String(each), "--host", settings["host"] ?? "", "--port",
            settings["port"] ?? "", "--username", settings["user"] ?? "",
        ]
        for (name, value) in variables.sorted(by: { $0.key < $1.key }) {
            arguments += ["--define", "\(name)=\(value)"]
        }
        // As our own sessions have it, and plan claims and finishes. The views in the schema `podium`, which is the role's name too, are for people.
        let said = try await ServerTool(
            binaries.path("pgbench"),
            arguments + [settings["dbname"] ?? ""],
            as: user,
            environment: [
                "PGOPTIONS":
                    (["search_path=public", "jit=off"]
                    + Session.Planning.onceByProbes.settings.map { "\($0.name)=\($0.value)" })
                    .map { "-c \($0)" }.joined(separator: " ")
            ]
        ).output()
        guard
            let match = said.firstMatch(of: #/number of transactions actually processed: (\d+)/#),
            Int(match.1) == clients * each, let rate = said.firstMatch(of: #/tps = ([0-9.]+) \(without/#),
            let value = Double(rate.1)
        else { throw StoreError(.cluster, "pgbench did not carry out all of its transactions: \(said)") }
        return value
    }

    /// Waits until the server takes connections, then makes the database if it is missing.
    private func ensureDatabase(within timeout: Duration) async throws(StoreError) {
        let deadline = ContinuousClock.now + timeout
        while true {
            do throws(StoreError) {
                let connection = try await Connection.open(address.database("template1"))
                let rows = try await connection.query(
                    """
                    select exists (select from pg_database where datname = $1) as is_made,
                        exists (select from pg_database where datname = 'postgres') as has_spare
                    """,
                    .text(ClusterConfiguration.database)
                )
                if try rows[0].get("is_made", as: Bool.self) { return }
                let name = try await connection.quoted(ClusterConfiguration.database)
                // What initdb made is empty too, and has its name in a twentieth of the time that a copy takes.
                let hasSpare = try rows[0].get("has_spare", as: Bool.self)
                try await connection.run(
                    Script(
                        trusted: hasSpare ? "alter database postgres rename to \(name)" : "create database \(name)"
                    )
                )
                return
            } catch  where error.isTransient && processID != nil && ContinuousClock.now < deadline {
                // A found server may still be recovering.
                try? await Task.sleep(for: .milliseconds(100))
                if Task.isCancelled { throw StoreError(.cancelled, "cancelled while PostgreSQL was starting") }
            }
        }
    }
}
