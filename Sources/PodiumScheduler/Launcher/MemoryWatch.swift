internal import Foundation
internal import Synchronization

/// Whether the kernel killed something for memory lately, by its own counts.
///
/// The control group's count is used where there is one (version 2: `memory.events`, version 1:
/// `memory.oom_control`), else the machine's (`/proc/vmstat`). Counts are read again as time goes by, so that a kill
/// of long ago is no evidence about a process that ends now.
final class MemoryWatch: Sendable {
    private struct Reading {
        var counts: [String: Int]
        var time: ContinuousClock.Instant
    }

    private let files: [String]
    private let last: Mutex<Reading>

    init(files: [String] = MemoryWatch.files()) {
        self.files = files
        last = Mutex(Reading(counts: Self.read(files), time: .now))
    }

    /// Takes the present counts for known; does so once in two seconds at most, however often it is called.
    func observe() {
        last.withLock { reading in
            guard reading.time.duration(to: .now) > .seconds(2) else { return }
            reading = Reading(counts: Self.read(files), time: .now)
        }
    }

    /// What was found, in words; nil when nothing says that memory ran out.
    func evidence() -> String? {
        let before = last.withLock(\.counts)
        let now = Self.read(files)
        for path in files {
            if let old = before[path], let new = now[path], new > old {
                return "oom_kill in \(path) rose from \(old) to \(new)"
            }
        }
        return nil
    }

    /// The files that count kills for memory: of this process's group if that has one, else of the machine.
    static func files(
        group: String? = try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)
    ) -> [String] {
        var files: [String] = []
        for line in (group ?? "").split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let path = parts[2] == "/" ? "" : parts[2]
            if parts[1].isEmpty {
                files.append("/sys/fs/cgroup\(path)/memory.events")
            } else if parts[1].split(separator: ",").contains("memory") {
                files.append("/sys/fs/cgroup/memory\(path)/memory.oom_control")
            }
        }
        return read(files).isEmpty ? ["/proc/vmstat"] : files
    }

    /// The `oom_kill` count of each file that has one.
    private static func read(_ files: [String]) -> [String: Int] {
        var found: [String: Int] = [:]
        for path in files { found[path] = kills(path) }
        return found
    }

    /// The `oom_kill` count of a file of the kernel's, a name and a number a line; nil where it has none.
    static func kills(_ path: String) -> Int? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == "oom_kill" { return Int(words[1]) }
        }
        return nil
    }
}
