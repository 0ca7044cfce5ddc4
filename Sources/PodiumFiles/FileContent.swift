internal import Glibc
internal import PodiumPrimitives

/// Reading files of any kind: regular ones, pipes, `/dev/stdin`.
package enum FileContent {
    /// All of a file's bytes.
    package static func read(_ path: String) throws(FileError) -> [UInt8] {
        let file = try open(path)
        defer { file.close() }
        // One byte more than a regular file has, so that the next read meets its end.
        var bytes = try file.read(upTo: file.size + 1)
        while true {
            let piece = try file.read(upTo: max(1 << 16, min(1 << 24, bytes.count)))
            if piece.isEmpty { return bytes }
            bytes += piece
        }
    }

    /// A file's text, without a byte-order mark.
    package static func text(_ path: String) throws(FileError) -> String {
        let bytes = try read(path)
        guard let text = String(validating: bytes.dropFirst(bytes.byteOrderMarkLength), as: UTF8.self) else {
            throw FileError(.notUTF8, "the text is not UTF-8", file: path)
        }
        return text
    }

    /// Bytes that a pipe holds, on Linux.
    fileprivate static let pipeSize = 1 << 16

    static func open(_ path: String) throws(FileError) -> OpenFile {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        var status = stat()
        let isKnown = fstat(descriptor, &status) == 0
        guard isKnown, status.st_mode & S_IFMT != S_IFDIR else {
            let error =
                isKnown ? FileError(.isFolder, "that is a folder; a file is needed", file: path) : failure(path)
            Glibc.close(descriptor)
            throw error
        }
        return OpenFile(
            descriptor: descriptor,
            path: path,
            size: status.st_mode & S_IFMT == S_IFREG ? max(0, Int(status.st_size)) : pipeSize
        )
    }

    /// What `errno` says of a file that was to be read.
    fileprivate static func failure(_ path: String) -> FileError {
        let reason = String(cString: strerror(errno))
        switch errno {
        case ENOENT, ENOTDIR: return FileError(.missing, "there is no such file", file: path)
        case EACCES, EPERM: return FileError(.notAllowed, "this user may not read the file", file: path)
        case EISDIR: return FileError(.isFolder, "that is a folder; a file is needed", file: path)
        default: return FileError(.unreadable, "the file cannot be read: \(reason)", file: path)
        }
    }
}

/// A file that is being read.
struct OpenFile {
    /// Standard input, which stays open for whoever reads on.
    static let standardInput = OpenFile(
        descriptor: STDIN_FILENO,
        path: "standard input",
        size: FileContent.pipeSize,
        isOurs: false
    )

    fileprivate let descriptor: Int32
    let path: String
    /// Of a regular file, in bytes; a guess for anything else.
    let size: Int
    /// Whether it was opened here, to be closed here.
    fileprivate var isOurs = true

    /// The next bytes; none at the end.
    func read(upTo count: Int) throws(FileError) -> [UInt8] {
        var status = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            repeat {
                status = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            } while status < 0 && errno == EINTR
            initialized = max(0, status)
        }
        guard status >= 0 else { throw FileContent.failure(path) }
        return bytes
    }

    func close() {
        if isOurs { Glibc.close(descriptor) }
    }
}

extension [UInt8] {
    /// 3 if the bytes begin with UTF-8's byte-order mark, else 0.
    package var byteOrderMarkLength: Int { starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0 }
}
