import FoundationEssentials
import Glibc
import PodiumStore
import PodiumTestSupport
import Testing

/// Real servers, each in a directory of its own: about a second apiece.
@Suite
struct ClusterTests {
    @Test func aClusterIsMadeStoppedAndFoundAgain() async throws {
        let scratch = try ScratchDirectory(" with space 'and quote")
        let cluster = try await Cluster.start(scratch.options)
        #expect(cluster.origin == .created)
        _ = try await Migrator().migrate(cluster.address)
        try await cluster.stop()
        #expect(cluster.processID == nil)
        let connection = await #expect(throws: StoreError.self) { try await Connection.open(cluster.address) }
        #expect(connection?.code == .connectionFailed)
        withExtendedLifetime(cluster) {}
    }

    @Test(arguments: [" $HOME `id` $(id)", " \"double\" \\ back", ", comma; semicolon & more", " ü * ?"])
    func noPathGoesThroughAShell(name: String) async throws {
        let scratch = try ScratchDirectory(name)
        var cluster: Cluster? = try await Cluster.start(scratch.options)
        #expect(cluster?.log.hasPrefix(scratch.path) == true)
        #expect(FileManager.default.fileExists(atPath: try #require(cluster?.log)))
        try await cluster?.stop()
        cluster = nil
        let again = try await Cluster.start(scratch.options)
        #expect(again.origin == .started)
        _ = try await Connection.open(again.address)
    }

    @Test func anInterruptedFirstStartIsNoObstacle() async throws {
        let scratch = try ScratchDirectory()
        var cluster: Cluster? = try await Cluster.start(scratch.options)
        try await cluster?.stop()
        cluster = nil
        // As an initdb leaves it that was cut off half-way, and one that still writes.
        let postgres = "\(scratch.path)/postgres"
        try FileManager.default.removeItem(atPath: "\(postgres)/data")
        for name in ["data.new", "data.new-1"] {
            try FileManager.default.createDirectory(
                atPath: "\(postgres)/\(name)/base",
                withIntermediateDirectories: true
            )
        }
        let again = try await Cluster.start(scratch.options)
        #expect(again.origin == .created)
        #expect(!FileManager.default.fileExists(atPath: "\(postgres)/data.new"))
    }

    @Test func aSecondStartIsRefusedWithTheHoldersNumber() async throws {
        let scratch = try ScratchDirectory()
        let cluster = try await Cluster.start(scratch.options)
        let error = await #expect(throws: StoreError.self) { try await Cluster.start(scratch.options) }
        #expect(error?.code == .alreadyRunning(pid: getpid()))
        #expect(error?.description.contains("process \(getpid())") == true)

        // Who only wants to look attaches, and may not stop by letting go.
        let attached = try await Cluster.attach(scratch.options)
        #expect(attached.origin == .attached)
        #expect(attached.address == cluster.address)
        _ = try await Connection.open(attached.address)
        withExtendedLifetime(cluster) {}
    }

    @Test func attachingToNothingSaysHowToStart() async throws {
        let scratch = try ScratchDirectory()
        let error = await #expect(throws: StoreError.self) { try await Cluster.attach(scratch.options) }
        #expect(error?.code == .notRunning)
        #expect(error?.description.contains("podium up") == true)
    }

    @Test func aServerLeftRunningIsTakenOver() async throws {
        let scratch = try ScratchDirectory()
        var first: Cluster? = try await Cluster.start(scratch.options)
        let server = first?.processID
        // As kill -9 would: the lock is gone, the server stays.
        first = nil
        let second = try await Cluster.start(scratch.options)
        #expect(second.origin == .found)
        #expect(second.processID == server)
        _ = try await Connection.open(second.address)
    }

    @Test func aKilledServerRecoversWithItsData() async throws {
        let scratch = try ScratchDirectory()
        var cluster: Cluster? = try await Cluster.start(scratch.options)
        let address = try #require(cluster?.address)
        let connection = try await Connection.open(address)
        try await connection.run(Script(trusted: "create table kept (a bigint); insert into kept values (42)"))
        let server = try #require(cluster?.processID)
        kill(server, SIGKILL)
        cluster = nil
        let again = try await Cluster.start(scratch.options)
        #expect(again.origin == .started)
        #expect(again.processID != server)
        let rows = try await Connection.open(again.address).query("select a from kept")
        #expect(try rows.first?.get("a") == 42)
    }

    @Test func aStaleNumberThatNowBelongsToAStrangerIsNotTheServer() async throws {
        let scratch = try ScratchDirectory()
        var cluster: Cluster? = try await Cluster.start(scratch.options)
        let directory = "\(scratch.path)/postgres"
        let pidFile = "\(directory)/data/postmaster.pid"
        let text = try String(contentsOfFile: pidFile, encoding: .utf8)
        try await cluster?.stop(.immediate)
        cluster = nil
        // The file comes back with the number of a process that lives: ours.
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        try (["\(getpid())"] + lines.dropFirst().map(String.init)).joined(separator: "\n")
            .write(toFile: pidFile, atomically: true, encoding: .utf8)
        try "\(getpid())\n".write(toFile: "\(directory)/run/.s.PGSQL.5432.lock", atomically: true, encoding: .utf8)
        let again = try await Cluster.start(scratch.options)
        #expect(again.origin == .started)
    }

    @Test func anUnfinishedInitdbIsMadeAnew() async throws {
        let scratch = try ScratchDirectory()
        var cluster: Cluster? = try await Cluster.start(scratch.options)
        try await cluster?.stop(.immediate)
        cluster = nil
        // As if the machine had died in the middle of initdb.
        #expect(rename("\(scratch.path)/postgres/data", "\(scratch.path)/postgres/data.new") == 0)
        let again = try await Cluster.start(scratch.options)
        #expect(again.origin == .created)
    }

    @Test func aVeryLongPathGetsAShortSocket() async throws {
        let scratch = try ScratchDirectory()
        var options = scratch.options
        options.dataDirectory += "/" + String(repeating: "long-", count: 30)
        let cluster = try await Cluster.start(options)
        let host = try #require(cluster.address.settings["host"])
        #expect("\(host)/.s.PGSQL.5432".utf8.count <= 107)
        _ = try await Connection.open(cluster.address)
        try await cluster.stop(.immediate)
        try FileManager.default.removeItem(atPath: host)
    }

    @Test func anotherMajorVersionIsRefusedWithAdvice() async throws {
        let scratch = try ScratchDirectory()
        let data = "\(scratch.path)/postgres/data"
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        try "9\n".write(toFile: "\(data)/PG_VERSION", atomically: true, encoding: .utf8)
        try await giveToServer("\(scratch.path)/postgres")
        let error = await #expect(throws: StoreError.self) { try await Cluster.start(scratch.options) }
        #expect(error?.code == .versionMismatch)
        #expect(error?.description.contains("was made by PostgreSQL 9") == true)
    }

    @Test func missingProgramsAreSaidToBeMissing() async throws {
        let scratch = try ScratchDirectory()
        var options = scratch.options
        options.binaryDirectory = "/nowhere"
        let error = await #expect(throws: StoreError.self) { try await Cluster.start(options) }
        #expect(error?.code == .serverMissing)
        #expect(error?.description.contains("apt-get install postgresql") == true)
    }

    @Test func aServerThatDoesNotStartShowsTheEndOfItsLog() async throws {
        let scratch = try ScratchDirectory()
        var options = scratch.options
        options.settings["shared_buffers"] = "nonsense"
        let error = await #expect(throws: StoreError.self) { try await Cluster.start(options) }
        #expect(error?.code == .cluster)
        #expect(error?.description.contains("shared_buffers") == true)
    }

    @Test func aDirectoryOfSomebodyElseIsNotUsed() async throws {
        let scratch = try ScratchDirectory()
        try FileManager.default.createDirectory(atPath: "\(scratch.path)/postgres", withIntermediateDirectories: true)
        chmod("\(scratch.path)/postgres", 0o777)
        let error = await #expect(throws: StoreError.self) { try await Cluster.start(scratch.options) }
        #expect(error?.code == .directory)
    }

    /// As root the server's user cannot pass a closed directory; its files then go to a shared place.
    @Test(.enabled(if: geteuid() == 0, "only root starts the server as another user"))
    func aDirectoryClosedToTheServersUserMovesTheFilesAndSaysSo() async throws {
        let scratch = try ScratchDirectory()
        let closed = "\(scratch.path)/closed"
        let shared = "\(scratch.path)/shared"
        try FileManager.default.createDirectory(atPath: "\(closed)/home", withIntermediateDirectories: true)
        chmod(closed, 0o700)
        var options = scratch.options
        options.dataDirectory = "\(closed)/home"
        options.sharedDirectory = shared
        var cluster: Cluster? = try await Cluster.start(options)
        #expect(cluster?.notices.first?.contains(closed) == true)
        try await cluster?.stop(.immediate)
        cluster = nil
        cluster = try await Cluster.start(options)
        #expect(cluster?.origin == .started)
        try await cluster?.stop(.immediate)
        cluster = nil

        chmod(shared, 0o700)
        let error = await #expect(throws: StoreError.self) { try await Cluster.start(options) }
        #expect(error?.code == .directory)
        #expect(error?.description.contains("--data-dir") == true)
        #expect(try FileManager.default.attributesOfItem(atPath: closed)[.posixPermissions] as? Int == 0o700)
    }

    private func giveToServer(_ path: String) async throws {
        guard geteuid() == 0 else {
            chmod(path, 0o700)
            return
        }
        let entry = try #require(getpwnam("postgres")).pointee
        chown(path, entry.pw_uid, entry.pw_gid)
        chmod(path, 0o700)
    }
}
