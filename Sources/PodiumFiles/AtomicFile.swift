internal import Glibc
internal import PodiumPrimitives

/// Writing files so that a reader sees the old content or the new, never a part.
///
/// What is named is what is written: a symbolic link's target, and pipes and devices directly, as there is
/// nothing to replace.
package enum AtomicFile {
    /// Writes what the body appends.
    ///
    /// - Returns: the size in bytes.
    @discardableResult
    package static func write(_ path: String, _ body: (Writer) throws(FileError) -> Void) throws(FileError) -> Int64 {
        let draft = try Draft(path)
        do throws(FileError) {
            try body(draft.writer)
            try draft.finish()
            try draft.publish()
        } catch {
            draft.discard()
            throw error
        }
        return draft.writer.written
    }

    @discardableResult
    package static func write(_ bytes: [UInt8], to path: String) throws(FileError) -> Int64 {
        try write(path) { (writer) throws(FileError) in try writer.append(bytes) }
    }

    /// Writes several files into a folder, which is there already.
    ///
    /// All are complete on disk under temporary names before the first gets its
    /// own: a full disk leaves older files as they were.
    package static func write(_ files: [(name: String, bytes: [UInt8])], in folder: String) throws(FileError) {
        var drafts: [Draft] = []
        do throws(FileError) {
            for file in files {
                let draft = try Draft("\(folder)/\(file.name)")
                drafts.append(draft)
                try draft.writer.append(file.bytes)
                try draft.finish()
            }
            for draft in drafts { try draft.publish() }
        } catch {
            for draft in drafts { draft.discard() }
            throw error
        }
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
            let reason = OutputDescriptor.write(bytes, to: descriptor)
            guard reason == 0 else {
                errno = reason
                throw failure("the file cannot be written", path)
            }
            written += Int64(bytes.count)
        }
    }

    fileprivate static func failure(_ what: String, _ path: String) -> FileError {
        let reason = String(cString: strerror(errno))
        let advice = errno == ENOSPC || errno == EDQUOT ? "; free some space and retry" : ""
        return FileError(errno == EPIPE ? .closedPipe : .writeFailed, "\(what): \(reason)\(advice)", file: path)
    }
}

/// A file on its way to its name.
private final class Draft {
    let writer: AtomicFile.Writer
    private let descriptor: Int32
    private let path: String
    /// Nil for a pipe or device, which is written where it is.
    private var temporary: String?
    private var isOpen = true

    init(_ path: String) throws(FileError) {
        let place = try Destination(path)
        self.path = place.path
        if place.isReplaced {
            let temporary = "\(place.path).partial-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
            self.temporary = temporary
            descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, place.mode ?? 0o666)
            // An older file's permissions outlive its content; the mask of this process would cut them.
            if descriptor >= 0, let mode = place.mode { fchmod(descriptor, mode) }
        } else {
            descriptor = open(place.path, O_WRONLY | O_CLOEXEC)
        }
        guard descriptor >= 0 else { throw AtomicFile.failure("the file cannot be written", path) }
        writer = AtomicFile.Writer(descriptor: descriptor, path: path)
    }

    /// Brings all bytes to the disk.
    func finish() throws(FileError) {
        if temporary != nil, fsync(descriptor) != 0 { throw AtomicFile.failure("the file cannot be synced", path) }
        isOpen = false
        guard close(descriptor) == 0 else { throw AtomicFile.failure("the file cannot be written", path) }
    }

    /// Gives the file its name.
    func publish() throws(FileError) {
        guard let temporary else { return }
        guard rename(temporary, path) == 0 else { throw AtomicFile.failure("the file cannot be given its name", path) }
        self.temporary = nil
        syncFolder()
    }

    func discard() {
        if isOpen { close(descriptor) }
        isOpen = false
        if let temporary { unlink(temporary) }
        temporary = nil
    }

    /// Makes the new name outlast a power failure; where a file system cannot, the file itself is safe.
    private func syncFolder() {
        let descriptor = open(Destination.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}

/// What stands at a path that is to be written.
private struct Destination {
    /// Links followed.
    var path: String
    /// Whether a new file takes the name; pipes and devices are written as they are.
    var isReplaced = true
    /// An older file's permissions.
    var mode: mode_t?

    /// More links than any sane path has; as many as Linux follows.
    private static let linkLimit = 40

    init(_ path: String) throws(FileError) {
        self.path = path
        for _ in 0..<Self.linkLimit {
            var status = stat()
            // What is not there yet is made; if it cannot be, opening says why.
            guard lstat(self.path, &status) == 0 else { return }
            switch status.st_mode & S_IFMT {
            case S_IFREG:
                mode = status.st_mode & 0o7777
                return
            case S_IFDIR: throw FileError(.isFolder, "that is a folder; a file's name is needed", file: path)
            case S_IFLNK:
                // Links of /proc name open files, such as /dev/stdout, whose path may be no path at all.
                guard let target = Self.target(of: self.path), !self.path.hasPrefix("/proc/") else {
                    isReplaced = false
                    return
                }
                self.path = target.hasPrefix("/") ? target : Self.folder(of: self.path) + "/" + target
            default:
                isReplaced = false
                return
            }
        }
        throw FileError(.writeFailed, "the path has too many symbolic links", file: path)
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func target(of path: String) -> String? {
        var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = bytes.withUnsafeMutableBytes { buffer in
            buffer.baseAddress.map { readlink(path, $0, buffer.count) } ?? 0
        }
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }
}
