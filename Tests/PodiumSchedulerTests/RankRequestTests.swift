import Foundation
import PodiumCore
import PodiumScheduler
import PodiumTestSupport
import Synchronization
import Testing

/// What a launcher tells an engine of several ranks, which no signal reaches.
@Suite
struct RankRequestTests {
    private final class Control: Sendable {
        let held = Mutex<(any EngineControl)?>(nil)
    }

    @Test func ordersReachTheFirstRankInTheirOrder() async throws {
        let folder = try TestFolder()
        let engine = "\(folder.path)/engine.sh"
        // In place of mpirun: what it is told on standard input is what it hands to the first rank.
        try folder.write("mpirun", "#!/bin/sh\necho ready\ndd bs=1 count=5 2> /dev/null | od -An -c\n")
        try folder.write("engine.sh", "")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder.path)/mpirun")
        let launcher = LocalLauncher(EngineCommand(executable: engine, arguments: []), mpirun: "\(folder.path)/mpirun")
        let request = LaunchRequest(
            lease: Lease(run: RunID(rawValue: 7), attempt: 1, token: 9),
            name: "a",
            folder: folder.path,
            resources: Resources(threads: 1, ranks: 2)
        )
        let control = Control()
        let said = Mutex<[EngineEvent]>([])
        let exit = await launcher.run(
            request,
            started: { started in control.held.withLock { $0 = started } },
            event: { event in
                said.withLock { $0.append(event) }
                guard event == .log(.info, "ready"), let control = control.held.withLock(\.self) else { return }
                control.pause()
                control.resume()
                control.pause()
                control.resume()
                control.terminate()
            }
        )
        #expect(exit.status == .exited(0))
        let bytes = said.withLock { events in
            events.compactMap { if case .log(_, let text) = $0 { text } else { nil } }.last ?? ""
        }
        #expect(bytes.split(separator: " ") == ["p", "r", "p", "r", "\\n"], "\(bytes)")
    }

    /// - Parameters:
    ///   - ends: how mpirun ends when it starts the engine.
    ///   - machines: what it does when it is to start a program on each machine.
    private func run(
        ends: String,
        machines: String,
        nodes: WorkerNodes
    ) async throws -> (status: EngineExit.Status, fault: String?) {
        let folder = try TestFolder()
        try folder.write(
            "mpirun",
            "#!/bin/sh\nfor last do :; done\nif [ \"$last\" = true ]; then \(machines); fi\n\(ends)\n"
        )
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder.path)/mpirun")
        let launcher = LocalLauncher(
            EngineCommand(executable: "engine", arguments: []),
            nodes: nodes,
            mpirun: "\(folder.path)/mpirun"
        )
        let request = LaunchRequest(
            lease: Lease(run: RunID(rawValue: 7), attempt: 1, token: 9),
            name: "a",
            folder: folder.path,
            resources: Resources(threads: 1, ranks: 2, nodes: 2)
        )
        let exit = await launcher.run(request, started: { _ in }, event: { _ in })
        return (exit.status, await launcher.fault())
    }

    @Test func anEngineThatFailsOnMachinesThatAreThereIsItsOwnFault() async throws {
        let hosts = WorkerNodes.hosts(["a", "b"])
        #expect(try await run(ends: "exit 1", machines: "exit 0", nodes: hosts).status == .exited(1))
        #expect(try await run(ends: "exit 137", machines: "exit 0", nodes: hosts).status == .signaled(9))
        // Nobody asks after the machines where nothing failed, or where there is only one.
        #expect(try await run(ends: "exit 0", machines: "exit 1", nodes: hosts).status == .exited(0))
        #expect(try await run(ends: "exit 1", machines: "exit 1", nodes: .own).status == .exited(1))
    }

    @Test func anEngineWhoseMachineStartsNothingAnyMoreHasLostIt() async throws {
        let (status, fault) = try await run(
            ends: "exit 1",
            machines: "echo b does not answer >&2; exit 1",
            nodes: .hosts(["a", "b"])
        )
        #expect(fault?.hasSuffix("does not start a program on each of its 2 machines: b does not answer") == true)
        #expect(status == .machineLost(fault ?? ""), "\(status)")
    }

    @Test func machinesAreAskedAfterOnlyWhereThereAreSeveral() async throws {
        #expect(try await run(ends: "exit 0", machines: "exit 1", nodes: .own).fault == nil)
        #expect(try await run(ends: "exit 0", machines: "exit 0", nodes: .hosts(["a", "b"])).fault == nil)
        let absent = LocalLauncher(
            EngineCommand(executable: "engine", arguments: []),
            nodes: .hosts(["a", "b"]),
            mpirun: "/nowhere/mpirun"
        )
        #expect(await absent.fault()?.contains("needs Open MPI") == true)
    }

    @Test func everyOrderHasAByteOfItsOwnAndWhatNobodyKnowsAsksForTheEnd() {
        #expect("p\nr?".utf8.map { EngineOrder(word: $0) } == [.pause, .stop, .resume, .stop])
    }
}
