internal import Foundation

/// Writing files so that a reader sees the old content or the new, never a part.
package enum AtomicFile {
    /// Writes buffers one after the other under a temporary name, syncs, and renames.
    ///
    /// - Returns: the file's size in bytes.
    @discardableResult
    package static func write(_ path: String, _ body: (Writer) throws(FileError) -> Void) throws(FileError) -> Int64 {
        let temporary = "\(path).partial-\(getpid())"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("cannot create", path) }
        let writer = Writer(descriptor: descriptor, path: path)
        var isOpen = true
        defer { if isOpen { close(descriptor) } }
        do throws(FileError) {
            try body(writer)
            guard fsync(descriptor) == 0 else { throw failure("cannot sync", path) }
            isOpen = false
            guard close(descriptor) == 0 else { throw failure("cannot close", path) }
            guard rename(temporary, path) == 0 else { throw failure("cannot rename into place", path) }
            syncFolder(of: path)
        } catch {
            unlink(temporary)
            throw error
        }
        return writer.written
    }

    /// Makes the new name outlast a power failure; where a file system cannot, the file itself is safe.
    private static func syncFolder(of path: String) {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = fsync(descriptor)
        close(descriptor)
    }

    package final class Writer {
        private let descriptor: Int32
        private let path: String
        package private(set) var written: Int64 = 0

        fileprivate init(descriptor: Int32, path: String) {
            self.descriptor = descriptor
            self.path = path
        }

        /// The numbers' bytes as they lie in memory.
        package func append<Number: BitwiseCopyable>(_ numbers: [Number]) throws(FileError) {
            try numbers.withUnsafeBufferPointer { (buffer) throws(FileError) in
                try append(UnsafeRawBufferPointer(buffer))
            }
        }

        package func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
            var offset = 0
            while offset < bytes.count {
                let count = Foundation.write(descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
                if count < 0 {
                    if errno == EINTR { continue }
                    throw failure("cannot write", path)
                }
                offset += count
            }
            written += Int64(bytes.count)
        }
    }

    private static func failure(_ what: String, _ path: String) -> FileError {
        let reason = String(cString: strerror(errno))
        let advice = errno == ENOSPC || errno == EDQUOT ? "; free some space and retry the run" : ""
        return FileError(.writeFailed, "\(path): \(what): \(reason)\(advice)")
    }
}
