internal import Foundation

/// The end of a process that holds more memory than its run may.
package struct MemoryLimit: Sendable {
    package let bytes: Int64

    package init(bytes: Int64) {
        self.bytes = bytes
    }

    /// Seconds between looks.
    private static let interval = 0.1

    /// What this process holds for itself, in bytes: resident pages that no file backs; nil where the system does
    /// not tell.
    package static var used: Int64? {
        guard let text = FileManager.default.contents(atPath: "/proc/self/statm") else { return nil }
        // Pages: all, resident, of those backed by files.
        let pages = String(decoding: text, as: UTF8.self).split(separator: " ").prefix(3).compactMap { Int64($0) }
        return pages.count == 3 ? (pages[1] - pages[2]) * Int64(sysconf(Int32(_SC_PAGESIZE))) : nil
    }

    /// Looks from now on; calls `exceeded` once, on a thread of its own, with what is held.
    package func watch(exceeded: @escaping @Sendable (Int64) -> Void) {
        Thread.detachNewThread { [bytes] in
            while true {
                if let used = Self.used, used > bytes { return exceeded(used) }
                Thread.sleep(forTimeInterval: Self.interval)
            }
        }
    }

    /// What to say of a run that held too much.
    package func message(used: Int64) -> String {
        func mebibytes(_ bytes: Int64) -> String { "\((bytes + (1 << 19)) >> 20) MiB" }
        return "the run held \(mebibytes(used)) of memory, more than resources.memory allows (\(mebibytes(bytes))); "
            + "allow more, or lower batchSize or maxSequenceLength, or set gradientCheckpointing"
    }
}
