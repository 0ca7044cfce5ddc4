import FoundationEssentials
import Glibc

/// Brings a private server up: from nothing, from a clean stop, or from a crash.
struct ClusterStarter: Sendable {
    let options: ClusterOptions
    let placement: ClusterPlacement
    let user: ServerUser

    func bringUp() async throws(StoreError) -> (Cluster.Origin, ServerBinaries) {
        let existing = Self.major(of: placement.data)
        let binaries = try await ServerBinaries.find(options, major: existing)
        if let existing, existing != binaries.major {
            throw StoreError(
                .versionMismatch,
                "\(placement.data) was made by PostgreSQL \(existing), but \(binaries.directory) has "
                    + "\(binaries.major): install PostgreSQL \(existing), point PG_BIN at it, or upgrade with pg_upgrade"
            )
        }
        if Postmaster.running(on: placement.data) != nil { return (.found, binaries) }
        if existing == nil { try await initialise(binaries) }
        try Directory.makePrivate(placement.socketDirectory, owner: user)
        try ClusterConfiguration(placement: placement, options: options, user: user).write()
        Postmaster.removeLeftovers(data: placement.data, socketDirectory: placement.socketDirectory)
        try await start(binaries)
        return (existing == nil ? .created : .started, binaries)
    }

    /// The major version that made a data directory; nil when there is none.
    static func major(of data: String) -> Int? {
        Directory.read("\(data)/PG_VERSION").flatMap { Int($0.prefix { $0.isNumber }) }
    }

    /// Makes the data directory under another name first: it is there completely, or not at all.
    ///
    /// The name is new each time: an `initdb` whose podium was interrupted may still be at work on the one before.
    private func initialise(_ binaries: ServerBinaries) async throws(StoreError) {
        let prefix = "data.new"
        for name in (try? FileManager.default.contentsOfDirectory(atPath: placement.root)) ?? []
        where name.hasPrefix(prefix) {
            try? FileManager.default.removeItem(atPath: "\(placement.root)/\(name)")
        }
        let unfinished = "\(placement.root)/\(prefix)-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
        try Directory.makePrivate(unfinished, owner: user)
        let arguments = [
            "-D", unfinished, "-U", ClusterConfiguration.role, "-A", "peer", "-E", "UTF8", "--locale=C",
            // Its thousand files one by one take as long as all the rest of it.
            "--no-instructions", "--no-sync",
        ]
        let output = try await ServerTool(binaries.path("initdb"), arguments, as: user).run()
        guard output.isSuccess else {
            throw StoreError(
                output.text.contains("No space left") ? .diskFull : .cluster,
                "initdb could not make a database in \(placement.root): \(Self.tail(output.text))"
            )
        }
        // Everything on that file system in one go, before the directory gets its name.
        if options.isDurable {
            _ = try await ServerTool("/usr/bin/sync", ["--file-system", unfinished], as: nil).output()
        }
        guard rename(unfinished, placement.data) == 0 else {
            throw Directory.failure("rename \(unfinished) to \(placement.data)")
        }
    }

    private func start(_ binaries: ServerBinaries) async throws(StoreError) {
        keepLogShort()
        let seconds = max(1, options.startTimeout.components.seconds)
        let deadline = ContinuousClock.now + options.startTimeout
        while true {
            let before = Directory.read(placement.log)?.utf8.count ?? 0
            // The directory goes by the environment and the log by its descriptor: pg_ctl hands what it is told as -D
            // and -l to a shell.
            let isStarted = try await ServerTool(
                binaries.path("pg_ctl"),
                ["start", "-w", "-t", String(seconds)],
                as: user,
                environment: ["PGDATA": placement.data]
            ).run(appendingTo: placement.log)
            // pg_ctl gives up on a server that takes long to recover; whoever connects waits for it.
            if isStarted || Postmaster.running(on: placement.data) != nil { return }
            let log =
                Directory.read(placement.log).map { String(decoding: $0.utf8.dropFirst(before), as: UTF8.self) } ?? ""
            // After kill -9 of the server its children take a moment to notice and let go of shared memory.
            if log.contains("still in use"), ContinuousClock.now < deadline {
                try? await Task.sleep(for: .milliseconds(200))
                if Task.isCancelled { throw StoreError(.cancelled, "cancelled while PostgreSQL was starting") }
                continue
            }
            let isFull = log.contains("No space left")
            throw StoreError(
                isFull ? .diskFull : .cluster,
                "PostgreSQL in \(placement.root) does not start; its log \(placement.log) ends: "
                    + Self.tail(log)
            )
        }
    }

    /// Starts a new log beside the old one once it has grown past 8 MiB.
    private func keepLogShort() {
        let size = (try? FileManager.default.attributesOfItem(atPath: placement.log))?[.size] as? Int ?? 0
        guard size > 8 << 20 else { return }
        _ = rename(placement.log, "\(placement.log).1")
    }

    /// The last lines of a log, on one line.
    static func tail(_ text: String, lines: Int = 6) -> String {
        text.split(separator: "\n").suffix(lines).joined(separator: " | ")
    }
}
