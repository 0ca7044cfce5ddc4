internal import Glibc

/// Writing to what is open already: a file, a pipe, standard output.
package enum OutputDescriptor {
    /// Writes all bytes, and waits where a reader set its pipe not to block.
    ///
    /// - Returns: 0, or the `errno` of what went wrong.
    package static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
        var offset = 0
        while offset < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
            if count >= 0 {
                offset += count
            } else if errno == EAGAIN {
                var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&state, 1, -1)
            } else if errno != EINTR {
                return errno
            }
        }
        return 0
    }
}
