import Foundation
import PodiumCore
import PodiumScheduler
import Synchronization
import Testing

/// Control groups in a folder that is filled as the kernel fills its own: no machine is needed that has any.
struct MemoryGroupTests {
    /// An imitated hierarchy with one group that may be this program's.
    private final class Hierarchy: Sendable {
        let root = NSTemporaryDirectory() + "podium-groups-\(UUID().uuidString)"
        var own: String { root + "/unit.service" }

        init(controllers: String = "cpu memory", processes: [Int32] = [getpid()]) throws {
            try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
            try write(controllers, "cgroup.controllers")
            try write(processes.map { "\($0)\n" }.joined(), "cgroup.procs")
            try write("", "cgroup.subtree_control")
        }

        deinit { try? FileManager.default.removeItem(atPath: root) }

        func write(_ text: String, _ name: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(own)/\(name)"))
        }

        func read(_ name: String) -> String? { try? String(contentsOfFile: "\(own)/\(name)", encoding: .utf8) }

        /// What the kernel puts into a new group, and takes away with it.
        var files: MemoryGroups.FileSystem {
            MemoryGroups.FileSystem(
                make: { path in
                    guard mkdir(path, 0o755) == 0 else { return -1 }
                    for name in [
                        "cgroup.procs", "cgroup.kill", "memory.max", "memory.swap.max", "memory.oom.group",
                        "memory.events",
                    ] {
                        let text = name == "memory.events" ? "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n" : ""
                        _ = FileManager.default.createFile(atPath: "\(path)/\(name)", contents: Data(text.utf8))
                    }
                    return 0
                },
                remove: { path in (try? FileManager.default.removeItem(atPath: path)) == nil ? -1 : 0 }
            )
        }

        var groups: MemoryGroups {
            MemoryGroups(root: root, membership: "4:memory:/other\n0::/unit.service\n", files: files)
        }
    }

    @Test func theFirstGroupMakesRoomForItselfAndHasTheLimit() async throws {
        let hierarchy = try Hierarchy()
        let groups = hierarchy.groups
        #expect(groups.obstacle == nil)
        #expect(hierarchy.read("cgroup.subtree_control") == "", "looking changes nothing")
        // A kernel would take the process out of here when it is written there.
        let group = try groups.make("run-1", bytes: 1 << 30)
        #expect(hierarchy.read("podium/cgroup.procs") == "\(getpid())")
        #expect(hierarchy.read("cgroup.subtree_control") == "+memory")
        #expect(group.path == hierarchy.own + "/run-1" && group.processes == hierarchy.own + "/run-1/cgroup.procs")
        #expect(hierarchy.read("run-1/memory.max") == "\(1 << 30)")
        #expect(hierarchy.read("run-1/memory.swap.max") == "0")
        #expect(hierarchy.read("run-1/memory.oom.group") == "1")
        #expect(group.evidence() == nil)
        try hierarchy.write("low 0\nhigh 0\nmax 9\noom 1\noom_kill 2\n", "run-1/memory.events")
        let evidence = try #require(group.evidence())
        #expect(evidence.contains("oom_kill in \(group.path)/memory.events is 2"))
        await group.remove()
        #expect(!FileManager.default.fileExists(atPath: group.path))
        // What an earlier worker left is taken over.
        _ = try groups.make("run-2", bytes: 5)
        #expect(try groups.make("run-2", bytes: 6).path == hierarchy.own + "/run-2")
    }

    @Test func whereTheKernelCannotItSaysWhy() throws {
        func obstacle(_ groups: MemoryGroups) -> String { groups.obstacle ?? "none" }
        #expect(obstacle(MemoryGroups(membership: "4:memory:/other\n")).contains("no control group of version 2"))
        #expect(obstacle(MemoryGroups(membership: nil)).contains("no control group of version 2"))
        #expect(obstacle(MemoryGroups(root: "/nonexistent", membership: "0::/\n")).contains("no control group"))
        #expect(obstacle(MemoryGroups(membership: "0::/../elsewhere\n")).contains("outside of what it can see"))
        let other = try Hierarchy(controllers: "cpu pids")
        #expect(obstacle(other.groups).contains("does not control memory (its controllers: cpu, pids)"))
        // A login session's processes are nobody's to move.
        let shared = try Hierarchy(processes: [getpid(), getppid()])
        #expect(obstacle(shared.groups).contains("other processes"))
        #expect(throws: MemoryGroups.Unavailable.self) { try shared.groups.make("run-1", bytes: 1) }
        #expect(shared.read("podium/cgroup.procs") == nil)
    }

    // MARK: Engines

    private func launch(_ script: String, memory: Int64?, in hierarchy: Hierarchy) async throws -> (
        exit: EngineExit, said: [EngineEvent]
    ) {
        let engine = "\(hierarchy.root)/engine.sh"
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(fileURLWithPath: engine))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: engine)
        let launcher = LocalLauncher(EngineCommand(executable: engine, arguments: []), groups: hierarchy.groups)
        var resources = Resources()
        resources.memory = memory
        let request = LaunchRequest(
            lease: Lease(run: RunID(rawValue: 7), attempt: 1, token: 9),
            name: "a",
            folder: hierarchy.root,
            resources: resources
        )
        let said = Mutex<[EngineEvent]>([])
        let exit = await launcher.run(
            request,
            started: { _ in },
            event: { event in said.withLock { $0.append(event) } }
        )
        return (exit, said.withLock { $0 })
    }

    @Test func anEngineThatTheKernelKilledInItsGroupRanOutOfMemory() async throws {
        let hierarchy = try Hierarchy()
        let group = hierarchy.own + "/podium-run-7-attempt-9"
        // The engine joins before it is the engine; the kernel counts its kill and kills it.
        let ended = try await launch(
            """
            test "$(cat \(group)/cgroup.procs)" = $$ && echo joined
            test "$(cat \(group)/memory.max)" = 4096 && echo limited
            printf 'oom_kill 1\\n' > \(group)/memory.events
            kill -9 $$
            """,
            memory: 4096,
            in: hierarchy
        )
        #expect(ended.said == [.log(.info, "joined"), .log(.info, "limited")])
        #expect(ended.exit.status == .signaled(9))
        #expect(ended.exit.failure == .outOfMemory)
        #expect(ended.exit.description.contains("memory ran out (oom_kill in \(group)/memory.events is 1, limit 4096)"))
        #expect(!FileManager.default.fileExists(atPath: group), "the group goes with its engine")
    }

    @Test func aKillWithoutACountIsACrash() async throws {
        let hierarchy = try Hierarchy()
        let ended = try await launch("kill -9 $$", memory: 4096, in: hierarchy)
        #expect(ended.exit.status == .signaled(9) && ended.exit.failure == .crash)
    }

    @Test func whoNamesNoMemoryIsInNoGroup() async throws {
        let hierarchy = try Hierarchy()
        let ended = try await launch("ls \(hierarchy.own)", memory: nil, in: hierarchy)
        #expect(ended.exit.status == .exited(0))
        #expect(!ended.said.contains { "\($0)".contains("podium-run") })
    }
}
