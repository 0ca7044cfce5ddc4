internal import Foundation

/// Memory of this machine and this process, in bytes.
package struct MemoryState: Hashable, Sendable {
    /// What the process has resident.
    package var resident: Int
    /// What the machine, or the process's control group, can still give.
    package var available: Int
    /// What it has in all.
    package var total: Int

    package init(resident: Int, available: Int, total: Int) {
        (self.resident, self.available, self.total) = (resident, available, total)
    }

    /// As Linux tells it now; nil where it does not.
    ///
    /// A control group that allows less than the machine has counts in its place.
    package init?(processes: String = "/proc", controlGroup: String = "/sys/fs/cgroup") {
        func kibibytes(_ key: String, _ file: String) -> Int? { Self.value(of: key, in: "\(processes)/\(file)") }
        guard let total = kibibytes("MemTotal:", "meminfo"), let available = kibibytes("MemAvailable:", "meminfo"),
            let resident = kibibytes("VmRSS:", "self/status")
        else { return nil }
        self.init(resident: resident << 10, available: available << 10, total: total << 10)
        guard let limit = Self.number("\(controlGroup)/memory.max"), limit < self.total,
            let used = Self.number("\(controlGroup)/memory.current")
        else { return }
        // Files that were read long ago can be dropped.
        let cache = Self.value(of: "inactive_file", in: "\(controlGroup)/memory.stat") ?? 0
        self.total = limit
        self.available = min(self.available, max(0, limit - used + cache))
    }

    /// The number in a file that holds nothing else.
    private static func number(_ path: String) -> Int? {
        (try? String(contentsOfFile: path, encoding: .utf8))
            .flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    /// The number after a key at the start of a line.
    private static func value(of key: String, in path: String) -> Int? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        for line in text.split(separator: "\n") {
            let words = line.split { $0 == " " || $0 == "\t" }
            if words.count >= 2, words[0] == key { return Int(words[1]) }
        }
        return nil
    }
}
