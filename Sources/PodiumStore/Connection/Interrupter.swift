import Glibc

/// Wakes a thread that waits in `poll`, from any other thread.
final class Interrupter: Sendable {
    /// The end to poll for `POLLIN`.
    let descriptor: Int32
    private let input: Int32

    init() throws(StoreError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw StoreError(.connectionFailed, "cannot make a pipe: \(String(cString: strerror(errno)))")
        }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        descriptor = ends[0]
        input = ends[1]
    }

    deinit {
        close(descriptor)
        close(input)
    }

    func fire() {
        var byte: UInt8 = 1
        // A full pipe is as good as a written one: the reader wakes either way.
        _ = write(input, &byte, 1)
    }

    /// Forgets what was fired so far; returns whether anything was.
    @discardableResult
    func drain() -> Bool {
        var bytes = [UInt8](repeating: 0, count: 16)
        var any = false
        while read(descriptor, &bytes, bytes.count) > 0 { any = true }
        return any
    }
}
