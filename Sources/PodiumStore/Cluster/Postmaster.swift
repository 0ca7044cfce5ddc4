import FoundationEssentials
import Glibc

/// The server process of a data directory, as its `postmaster.pid` tells.
struct Postmaster: Sendable, Equatable {
    let processID: Int32
    let socketDirectory: String

    /// The server that runs on `data`; nil when there is none, whatever a left-over file says.
    ///
    /// After a crash the file's number may belong to another process by now:
    /// only one that works in `data` is the server.
    static func running(on data: String) -> Postmaster? {
        guard
            let lines = Directory.read("\(data)/postmaster.pid")?.split(
                separator: "\n",
                omittingEmptySubsequences: false
            ),
            lines.count >= 5, let processID = Int32(lines[0]), processID > 1,
            isServer(processID, on: data)
        else { return nil }
        return Postmaster(processID: processID, socketDirectory: String(lines[4]))
    }

    private static func isServer(_ processID: Int32, on data: String) -> Bool {
        guard kill(processID, 0) == 0 || errno == EPERM else { return false }
        guard let place = Directory.resolve("/proc/\(processID)/cwd"), let resolved = Directory.resolve(data) else {
            return false
        }
        return place == resolved
    }

    /// Removes what a server that is gone left behind, where its own check could mistake a stranger for it.
    static func removeLeftovers(data: String, socketDirectory: String) {
        precondition(running(on: data) == nil, "the server is running")
        unlink("\(data)/postmaster.pid")
        let socket = ClusterPlacement.socketPath(in: socketDirectory)
        unlink(socket)
        unlink("\(socket).lock")
    }

}
