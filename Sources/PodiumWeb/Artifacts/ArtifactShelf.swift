internal import Foundation
internal import PodiumFiles
internal import Synchronization

/// The files that this machine keeps for workers of other machines, by hash.
///
/// What arrives gets its name when it is whole: a temporary file, its hash checked, synced, renamed.
final class ArtifactShelf: Sendable {
    struct File: Encodable, Sendable, Equatable {
        /// Below the listing's root; empty for the root itself.
        var name: String
        var sha256: String
        var bytes: Int64
    }

    struct Listing: Encodable, Sendable {
        var root: String
        var files: [File]
    }

    /// What a part that arrived came to.
    enum Arrival: Sendable, Equatable {
        case complete(isNew: Bool)
        /// So many bytes are here; the next part begins there.
        case received(Int64)
        /// The part begins elsewhere, or somebody else writes the file now.
        case elsewhere(Int64)
        /// All bytes are here and they are others; they were thrown away.
        case otherContent(sha256: String)
    }

    /// A file as it was when its hash was computed.
    private struct Known {
        var path: String
        var bytes: Int64
        var modified: Int64
        var inode: UInt64
    }

    private struct State {
        /// By hash: where a file with it was seen last.
        var places: [String: Known] = [:]
        /// By path.
        var hashes: [String: (known: Known, sha256: String)] = [:]
        var busy: Set<String> = []
    }

    /// Absolute.
    let dataDirectory: String
    private let state = Mutex(State())

    /// Files of a listing at most.
    static let fileLimit = 10_000
    private static let memory = 100_000

    init(dataDirectory: String) {
        self.dataDirectory = dataDirectory
    }

    // MARK: Names

    /// A hash as it stands in a path; nil for anything but 64 hexadecimal digits in lower case.
    static func hash(_ text: String) -> String? {
        text.utf8.count == 64 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) } ? text : nil
    }

    /// Whether a name leads nowhere but below the folder that it is put behind.
    static func isName(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return name.utf8.count <= 512 && (1...8).contains(parts.count)
            && parts.allSatisfy { part in
                // A file system's 255 bytes, less what a file is called while it arrives.
                !part.isEmpty && part.utf8.count <= 200 && !part.hasPrefix(".") && !part.hasSuffix(".part")
                    && part.utf8.allSatisfy { byte in
                        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                            || [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "+")].contains(
                                byte
                            )
                    }
            }
    }

    /// Whether a path is absolute and has no part that leads back.
    static func isPath(_ path: String) -> Bool {
        path.hasPrefix("/") && !path.utf8.contains(0)
            && !path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
                .contains { $0.isEmpty || $0 == "." || $0 == ".." }
    }

    /// Where a file of an attempt lies.
    func place(run: Int64, token: Int64, name: String) -> String {
        "\(dataDirectory)/artifacts/run-\(run)/attempt-\(token)/\(name)"
    }

    // MARK: Out

    /// The files at a path, with their hashes; nil where there is nothing.
    func listing(_ path: String) throws -> Listing? {
        let files = FileManager.default
        var isFolder: ObjCBool = false
        var root = path
        if !files.fileExists(atPath: path, isDirectory: &isFolder) {
            // A TensorFlow checkpoint may be named by its prefix.
            guard files.fileExists(atPath: path + ".index") else { return nil }
            root = URL(fileURLWithPath: path).deletingLastPathComponent().path
            isFolder = true
        }
        guard isFolder.boolValue else { return Listing(root: root, files: [try describe(root, name: "")]) }
        var names: [String] = []
        for case let name as String in files.enumerator(atPath: root) ?? FileManager.DirectoryEnumerator() {
            var isFolder: ObjCBool = false
            let isThere = files.fileExists(atPath: "\(root)/\(name)", isDirectory: &isFolder)
            guard isThere, !isFolder.boolValue, !name.hasSuffix(".part") else { continue }
            names.append(name)
            guard names.count <= Self.fileLimit else {
                throw Problem(422, "\(path) has more than \(Self.fileLimit) files; name the one that is meant")
            }
        }
        return Listing(root: root, files: try names.sorted().map { try describe("\(root)/\($0)", name: $0) })
    }

    /// Where a file with that content is, and how long it is; nil for one that nobody listed or brought lately.
    func find(_ sha256: String) -> (path: String, bytes: Int64)? {
        guard let known = state.withLock({ $0.places[sha256] }), let now = Self.look(known.path),
            Self.isSame(now, known)
        else { return nil }
        return (known.path, known.bytes)
    }

    private func describe(_ path: String, name: String) throws -> File {
        guard let now = Self.look(path) else { throw Problem(404, "\(path) is gone") }
        if let before = state.withLock({ $0.hashes[path] }), Self.isSame(before.known, now) {
            remember(now, before.sha256)
            return File(name: name, sha256: before.sha256, bytes: now.bytes)
        }
        let sha256: String
        do { sha256 = try Digest.sha256(file: path) } catch { throw Problem(503, "\(path) cannot be read") }
        remember(now, sha256)
        return File(name: name, sha256: sha256, bytes: now.bytes)
    }

    private func remember(_ known: Known, _ sha256: String) {
        state.withLock { state in
            if state.hashes.count > Self.memory { (state.hashes, state.places) = ([:], [:]) }
            state.hashes[known.path] = (known, sha256)
            state.places[sha256] = known
        }
    }

    private static func look(_ path: String) -> Known? {
        var facts = stat()
        guard stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
        let modified = Int64(facts.st_mtim.tv_sec) * 1_000_000_000 + Int64(facts.st_mtim.tv_nsec)
        return Known(path: path, bytes: Int64(facts.st_size), modified: modified, inode: UInt64(facts.st_ino))
    }

    private static func isSame(_ a: Known, _ b: Known) -> Bool {
        a.bytes == b.bytes && a.modified == b.modified && a.inode == b.inode
    }

    // MARK: In

    /// Takes a part of a file.
    ///
    /// - Parameters:
    ///   - offset: of the part in the file; nil asks how far the file has come.
    ///   - total: bytes of the whole file.
    func take(_ part: [UInt8], at offset: Int64?, total: Int64, sha256: String, path: String) throws -> Arrival {
        let partial = "\(path).\(sha256.prefix(16)).part"
        guard state.withLock({ $0.busy.insert(partial).inserted }) else { return .elsewhere(Self.size(partial)) }
        defer { state.withLock { _ = $0.busy.remove(partial) } }
        if let now = Self.look(path), now.bytes == total, try describe(path, name: "").sha256 == sha256 {
            return .complete(isNew: false)
        }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw Problem(503, "the daemon cannot make a folder for the file")
        }
        var there = Self.size(partial)
        if there > total {
            unlink(partial)
            there = 0
        }
        guard let offset else { return total == 0 ? try settle(partial, path, sha256) : .received(there) }
        guard offset == there, there + Int64(part.count) <= total else { return .elsewhere(there) }
        // No link that lies there is followed.
        let descriptor = open(partial, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw Problem(503, "the daemon cannot write the file") }
        lseek(descriptor, off_t(there), SEEK_SET)
        let reason = part.withUnsafeBytes { OutputDescriptor.write($0, to: descriptor) }
        close(descriptor)
        guard reason == 0 else {
            throw Problem(503, "the daemon cannot write the file: \(String(cString: strerror(reason)))")
        }
        there += Int64(part.count)
        return there < total ? .received(there) : try settle(partial, path, sha256)
    }

    /// Checks a file that is all here, and gives it its name.
    private func settle(_ partial: String, _ path: String, _ sha256: String) throws -> Arrival {
        let descriptor = open(partial, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw Problem(503, "the daemon cannot write the file") }
        defer { close(descriptor) }
        let found: String
        do { found = try Digest.sha256(file: partial) } catch { throw Problem(503, "the daemon cannot read the file") }
        guard found == sha256 else {
            unlink(partial)
            return .otherContent(sha256: found)
        }
        guard fsync(descriptor) == 0, rename(partial, path) == 0 else {
            throw Problem(503, "the daemon cannot keep the file: \(String(cString: strerror(errno)))")
        }
        let folder = open(
            URL(fileURLWithPath: path).deletingLastPathComponent().path,
            O_RDONLY | O_DIRECTORY | O_CLOEXEC
        )
        if folder >= 0 {
            fsync(folder)
            close(folder)
        }
        if let now = Self.look(path) { remember(now, sha256) }
        return .complete(isNew: true)
    }

    /// Removes a file and what came of one that did not become whole, and the folder if it is empty then.
    func remove(_ path: String) throws {
        guard unlink(path) == 0 || errno == ENOENT else {
            throw Problem(503, "the daemon cannot remove the file: \(String(cString: strerror(errno)))")
        }
        let (folder, name) = (
            URL(fileURLWithPath: path).deletingLastPathComponent().path, path.split(separator: "/").last ?? ""
        )
        for other in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        where other.hasPrefix(name + ".") && other.hasSuffix(".part") {
            unlink("\(folder)/\(other)")
        }
        rmdir(folder)
    }

    private static func size(_ path: String) -> Int64 { look(path)?.bytes ?? 0 }
}
