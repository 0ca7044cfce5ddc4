internal import Foundation
import PodiumFiles

/// A file over HTTP, resumed where it broke off, and accepted only if its size and digest are those that the host announced.
struct Download {
    /// What identifies the content.
    enum Identity: Hashable, Sendable {
        /// Hexadecimal.
        case sha256(String)
        /// Git's name of the content: SHA-1 of `blob SIZE`, a zero byte and the content.
        case gitBlob(String)
        case md5(String)
    }

    var address: String
    var size: Int?
    var identity: Identity?
    /// Header lines that only the named host gets, not hosts that it redirects to.
    var secrets: [String] = []
    /// What to do where the host wants another secret, or any; nil where it takes none.
    var whenDenied: String?
    var http = HTTP()
    /// Waits between tries, in seconds.
    var pauses = [0.5, 1, 2, 4]

    /// Downloads to a path, and resumes what an earlier try left beside it.
    ///
    /// The path does not exist until the file is complete and verified.
    ///
    /// - Parameter progress: called with the number of bytes received so far.
    func run(to path: String, progress: (Int) -> Void) throws {
        let partial = "\(path).\(partName).part"
        var tries = 0
        while true {
            do {
                try attempt(partial, progress)
                break
            } catch let broken as HTTP.Broken {
                guard tries < pauses.count else {
                    throw LibraryError(
                        .unreachable,
                        "\(address): \(broken.reason); what has arrived is kept, try again later"
                    )
                }
                Thread.sleep(forTimeInterval: pauses[tries])
                tries += 1
            }
        }
        try verify(partial)
        guard rename(partial, path) == 0 else {
            throw LibraryError(.fileSystem, "\(path): cannot rename into place: \(String(cString: strerror(errno)))")
        }
    }

    /// The partial file's path, a different one for different content.
    private var partName: String {
        switch identity {
        case .sha256(let digest), .gitBlob(let digest), .md5(let digest): String(digest.prefix(16))
        case nil: "unknown"
        }
    }

    private func attempt(_ partial: String, _ progress: (Int) -> Void) throws {
        // What cannot be recognized as the same content is not resumed.
        let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (identity == nil ? O_TRUNC : 0)
        let descriptor = open(partial, flags, 0o644)
        guard descriptor >= 0 else {
            throw LibraryError(.fileSystem, "\(partial): cannot be written: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var there = Int(lseek(descriptor, 0, SEEK_END))
        if let size, there == size { return }
        if let size, there > size {
            ftruncate(descriptor, 0)
            there = Int(lseek(descriptor, 0, SEEK_SET))
        }
        var failure: LibraryError?
        var isFirst = true
        let headers = there > 0 ? ["Range: bytes=\(there)-"] : []
        let response = try http.request(address, headers: headers, secrets: secrets) { response, bytes in
            guard response.status == 200 || response.status == 206 else { return true }
            if isFirst {
                isFirst = false
                let isRest =
                    response.status == 206 && response.headers["content-range"]?.hasPrefix("bytes \(there)-") == true
                // A host that knows no ranges sends everything again.
                if !isRest {
                    if response.status == 206 {
                        failure = LibraryError(.malformed, "\(address): the host sent another part than asked for")
                        return false
                    }
                    ftruncate(descriptor, 0)
                    lseek(descriptor, 0, SEEK_SET)
                    there = 0
                }
            }
            if let size, there + bytes.count > size {
                failure = LibraryError(.malformed, "\(address): more than the announced \(size) bytes arrive")
                return false
            }
            var offset = 0
            while offset < bytes.count {
                let count = write(descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
                if count < 0 {
                    if errno == EINTR { continue }
                    failure = LibraryError(
                        .fileSystem,
                        "\(partial): cannot be written: \(String(cString: strerror(errno)))"
                    )
                    return false
                }
                offset += count
            }
            there += bytes.count
            progress(there)
            return true
        }
        if let failure {
            if failure.code == .malformed { unlink(partial) }
            throw failure
        }
        try check(response, partial)
        if let size, there < size { throw HTTP.Broken(reason: "\(there) of \(size) bytes arrived") }
    }

    private func check(_ response: HTTP.Response, _ partial: String) throws {
        switch response.status {
        case 200, 206: return
        case 416:
            unlink(partial)
            throw HTTP.Broken(reason: "the host has no such part of the file")
        case 401, 403:
            throw Self.denied(address, response.status, whenDenied)
        case 404: throw LibraryError(.unknownName, "\(address): there is no such file (404)")
        case 429, 500...599: throw HTTP.Broken(reason: "the host answers \(response.status)")
        default: throw LibraryError(.unreachable, "\(address): the host answers \(response.status)")
        }
    }

    static func denied(_ address: String, _ status: Int, _ advice: String?) -> LibraryError {
        LibraryError(.unreachable, "\(address): access denied (\(status))\(advice.map { "; \($0)" } ?? "")")
    }

    private func verify(_ partial: String) throws {
        let found: Identity?
        switch identity {
        case nil: found = nil
        case .sha256: found = .sha256(try digest { () throws(FileError) in try Digest.sha256(file: partial) })
        case .gitBlob: found = .gitBlob(try digest { () throws(FileError) in try Digest.gitBlob(file: partial) })
        case .md5: found = .md5(try digest { () throws(FileError) in try Digest.md5(file: partial) })
        }
        guard found == identity else {
            unlink(partial)
            throw LibraryError(
                .malformed,
                "\(address): the bytes that arrived are not those that the host announced (another digest); try again, or distrust the host"
            )
        }
    }

    private func digest(_ body: () throws(FileError) -> String) throws -> String {
        do { return try body() } catch { throw LibraryError(.fileSystem, error.message) }
    }
}
