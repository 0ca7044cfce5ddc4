import FoundationEssentials
import Glibc
package import PodiumStore
import Synchronization

/// The PostgreSQL server of this test process: private, in a temporary directory, stopped at exit.
///
/// Started by the first test that needs it. It does not fsync, so it is quick
/// and loses everything in a power failure, which no test minds.
package actor TestServer {
    package static let shared = TestServer()

    private var starting: Task<Cluster, any Error>?
    private var templates: Task<Void, any Error>?
    private var databases = 0

    private static let template = "podium_template"

    /// The running server.
    package func cluster() async throws -> Cluster {
        if let starting { return try await starting.value }
        let task = Task { try await Self.start() }
        starting = task
        return try await task.value
    }

    /// A database of one's own with Podium's schema, cloned from a template that is migrated once.
    package func makeDatabase() async throws -> DatabaseAddress {
        let cluster = try await cluster()
        if templates == nil {
            templates = Task {
                let connection = try await Connection.open(cluster.address)
                try await connection.run(Script(trusted: "create database \(Self.template)"))
                _ = try await Migrator().migrate(cluster.address.database(Self.template))
            }
        }
        try await templates?.value
        databases += 1
        return try await create("podium_test_\(databases)", template: Self.template, cluster)
    }

    /// A database of one's own with nothing in it.
    package func makeEmptyDatabase() async throws -> DatabaseAddress {
        databases += 1
        return try await create("podium_empty_\(databases)", template: "template0", try await cluster())
    }

    private func create(_ name: String, template: String, _ cluster: Cluster) async throws -> DatabaseAddress {
        let connection = try await Connection.open(cluster.address)
        // One at a time: a template must have no other users while it is copied.
        try await connection.query("select pg_advisory_lock(1)")
        try await connection.run(Script(trusted: "create database \(name) template \(template)"))
        return cluster.address.database(name)
    }

    private static func start() async throws -> Cluster {
        Leftovers.remove()
        let directory = "\(Leftovers.prefix)\(getpid())"
        var options = ClusterOptions(dataDirectory: directory)
        options.isDurable = false
        // Every case of the conformance suite has a store of its own, and they run side by side.
        options.settings = ["max_connections": "400"]
        let cluster = try await Cluster.start(options)
        Leftovers.stopAtExit(directory: directory, cluster: cluster)
        return cluster
    }
}

/// Removes test servers: this process's at exit, and those whose process died before it could.
private enum Leftovers {
    static let prefix = "/tmp/podium-test-"

    private struct Own {
        var directory: String
        var cluster: Cluster
    }
    private static let own = Mutex<Own?>(nil)

    static func stopAtExit(directory: String, cluster: Cluster) {
        own.withLock { $0 = Own(directory: directory, cluster: cluster) }
        atexit { Leftovers.own.withLock { $0.map { Leftovers.remove($0.directory, $0.cluster.processID) } } }
    }

    static func remove() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/tmp")) ?? []
        for name in names {
            let path = "/tmp/\(name)"
            guard path.hasPrefix(prefix), let owner = Int32(path.dropFirst(prefix.count)), kill(owner, 0) != 0,
                errno == ESRCH
            else { continue }
            remove(path, Cluster.serverProcess(dataDirectory: path))
        }
    }

    private static func remove(_ directory: String, _ server: Int32?) {
        if let server {
            kill(server, SIGQUIT)
            for _ in 0..<200 where kill(server, 0) == 0 { usleep(10_000) }
        }
        try? FileManager.default.removeItem(atPath: directory)
    }
}
