import Glibc

/// Keeps a second Podium out of a data directory.
///
/// The kernel holds the lock for as long as the process lives and lets go of
/// it however the process ends, `kill -9` included. The file stays; it names
/// the holder, for the message that the second one prints.
final class DirectoryLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock, or throws `.alreadyRunning` at once.
    init(_ directory: String) throws(StoreError) {
        let path = "\(directory)/podium.lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Directory.failure("open \(path)") }
        guard Self.take(descriptor) else {
            let holder = Self.holder(descriptor)
            close(descriptor)
            let who = holder.map { "process \($0)" } ?? "another process"
            throw StoreError(
                .alreadyRunning(pid: holder),
                "\(directory) is in use by \(who): stop that podium first, or choose another --data-dir "
                    + "(submit, queue and the like connect to the running one by themselves)"
            )
        }
        self.descriptor = descriptor
        let text = Array("\(getpid())\n".utf8)
        // Only a courtesy to the next reader: the lock holds without it.
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.count, 0)
    }

    deinit { close(descriptor) }

    /// A child that is just being started may hold a copy of the last owner's lock until it is under way.
    private static func take(_ descriptor: Int32) -> Bool {
        for attempt in 0..<40 {
            if attempt > 0 { usleep(50_000) }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
        }
        return false
    }

    private static func holder(_ descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: bytes[..<count].prefix { $0 != 10 }, as: UTF8.self))
    }
}
