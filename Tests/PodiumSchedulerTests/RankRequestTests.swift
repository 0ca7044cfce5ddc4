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
}
