internal import Foundation
internal import PodiumFiles

/// Reads a model folder's small files whole, and says why where that fails.
enum ModelFile {
    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// The file's bytes.
    ///
    /// - Parameter limit: more bytes are refused before they are read.
    static func read(_ path: String, limit: Int) throws(BERTError) -> [UInt8] {
        let size = try self.size(path)
        guard size <= limit else {
            throw BERTError(.malformed, "\(path): the file has \(size) bytes; at most \(limit) make sense for it")
        }
        let bytes = try BERTError.files { () throws(FileError) in try FileContent.read(path) }
        if let reason = pointer(bytes) { throw BERTError(.malformed, "\(path): \(reason)") }
        return bytes
    }

    /// A regular file's size.
    static func size(_ path: String) throws(BERTError) -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else { throw unreadable(path) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return Int(status.st_size)
        case S_IFDIR: throw BERTError(.file, "\(path): a folder, where a file is needed")
        default: throw BERTError(.file, "\(path): not a regular file")
        }
    }

    /// Why the bytes are no file's content but stand for one; nil if they are its content.
    static func pointer(_ bytes: some Collection<UInt8>) -> String? {
        bytes.starts(with: "version https://git-lfs.github.com/spec/".utf8)
            ? "a Git LFS pointer, not the file itself; run `git lfs pull` where it came from, or download the file"
            : nil
    }

    static func json<Value: Decodable>(_ type: Value.Type, _ path: String, limit: Int) throws(BERTError) -> Value {
        let bytes = try read(path, limit: limit)
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw BERTError(.malformed, "\(path): \(text(of: error))")
        } catch {
            throw BERTError(.malformed, "\(path): \(error)")
        }
    }

    private static func unreadable(_ path: String) -> BERTError {
        let reason =
            errno == ENOENT ? "the file is missing" : "the file cannot be read (\(String(cString: strerror(errno))))"
        return BERTError(.file, "\(path): \(reason)")
    }

    private static func text(of error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "\"\(key.stringValue)\" is missing"
        case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
            "\(context.codingPath.map(\.stringValue).joined(separator: ".")) is not a \(type)"
        case .dataCorrupted(let context):
            context.codingPath.isEmpty
                ? "not valid JSON"
                : "\(context.codingPath.map(\.stringValue).joined(separator: ".")): \(context.debugDescription)"
        @unknown default: "\(error)"
        }
    }
}
