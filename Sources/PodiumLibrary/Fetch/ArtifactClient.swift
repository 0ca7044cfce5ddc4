internal import Foundation
internal import PodiumFiles

/// The daemon that keeps files for workers of other machines, by its HTTP API.
///
/// Calls block; they belong on a thread of their own (`BlockingWork`).
package struct ArtifactClient: Sendable {
    /// A file as the daemon describes it.
    package struct File: Codable, Sendable, Equatable {
        /// Below the path that was asked for; empty for that path itself.
        package var name: String
        /// Lower-case hexadecimal.
        package var sha256: String
        package var bytes: Int64

        package init(name: String, sha256: String, bytes: Int64) {
            (self.name, self.sha256, self.bytes) = (name, sha256, bytes)
        }
    }

    /// A path on the daemon's machine and the files that it comes to.
    package struct Listing: Codable, Sendable, Equatable {
        /// The path that names are below: the one that was asked for, or the folder of a checkpoint's prefix.
        package var root: String
        package var files: [File]

        package init(root: String, files: [File]) {
            (self.root, self.files) = (root, files)
        }
    }

    /// The attempt for which files are brought.
    package struct Claim: Sendable, Hashable {
        package var run: Int64
        package var token: Int64

        package init(run: Int64, token: Int64) {
            (self.run, self.token) = (run, token)
        }

        fileprivate var query: String { "run=\(run)&token=\(token)" }
    }

    /// `http://host:port`, without a slash at its end.
    package let address: String
    private let secrets: [String]
    private let pauses: [Double]
    private let http: HTTP

    /// Bytes of a file that are sent at a time.
    package static let partSize = 4 << 20

    /// - Parameters:
    ///   - address: http://HOST:PORT of the daemon's dashboard, or https behind a proxy.
    ///   - token: with the role worker, or a higher one.
    ///   - pauses: waits between tries, in seconds.
    package init(
        address: String,
        token: String,
        pauses: [Double] = [0.5, 1, 2, 4, 8, 15]
    ) throws {
        var address = address
        while address.hasSuffix("/") { address.removeLast() }
        guard let url = URL(string: address), ["http", "https"].contains(url.scheme), url.host?.isEmpty == false,
            url.path.isEmpty, url.query == nil
        else {
            throw LibraryError(.malformed, "\"\(address)\" is no address of a daemon; write http://HOST:PORT")
        }
        guard !token.isEmpty, token.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
            throw LibraryError(
                .malformed,
                "the token is empty or no word; `podium token create NAME --role worker` makes one"
            )
        }
        self.address = address
        secrets = ["Authorization: Bearer \(token)"]
        self.pauses = pauses
        // The daemon reads and hashes large files before it says the first word of them.
        var http = HTTP()
        http.idleSeconds = 300
        self.http = http
    }

    // MARK: What there is

    /// The data directory of the daemon's machine; the first call tells whether address and token are right.
    package func dataDirectory() throws -> String {
        struct Answer: Decodable { var dataDirectory: String }
        guard let answer = try document(Answer.self, "/api/v1/artifacts") else {
            throw LibraryError(.malformed, "\(address): no daemon of this version answers there")
        }
        return answer.dataDirectory
    }

    /// The files at a path of the daemon's machine; nil where there is nothing.
    package func files(at path: String, for claim: Claim) throws -> Listing? {
        try document(Listing.self, "/api/v1/files?\(claim.query)&path=\(Self.escaped(path))")
    }

    // MARK: Here

    /// Brings a file here unless it is here already; what an interrupted try left is gone on from.
    package func fetch(_ file: File, to path: String) throws {
        if (try? FileSize.bytes(of: path)) == file.bytes, (try? Digest.sha256(file: path)) == file.sha256 { return }
        try Self.makeFolder(of: path)
        if file.bytes == 0 {
            do { try AtomicFile.write([], to: path) } catch { throw LibraryError(.fileSystem, "\(error)") }
            return
        }
        var download = Download(
            address: "\(address)/api/v1/artifacts/\(file.sha256)",
            size: Int(file.bytes),
            identity: .sha256(file.sha256),
            secrets: secrets
        )
        download.whenDenied = Self.whenDenied
        (download.http, download.pauses) = (http, pauses)
        try download.run(to: path) { _ in }
    }

    // MARK: There

    /// Brings a file of an attempt to the daemon unless it is there already, and goes on where another try ended.
    ///
    /// - Parameter name: below the attempt's folder: `model/config.json`.
    package func push(_ path: String, as name: String, for claim: Claim) throws {
        let sha256: String
        let bytes: Int64
        do {
            (sha256, bytes) = (try Digest.sha256(file: path), try FileSize.bytes(of: path))
        } catch {
            throw LibraryError(.fileSystem, "\(path): cannot be read: \(error)")
        }
        try push(path, File(name: name, sha256: sha256, bytes: bytes), for: claim)
    }

    /// - Parameter file: what the daemon is told of it; it refuses what is not so.
    package func push(_ path: String, _ file: File, for claim: Claim) throws {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw LibraryError(.fileSystem, "\(path): cannot be read")
        }
        defer { try? handle.close() }
        let target =
            "\(address)/api/v1/artifacts/\(file.sha256)?\(claim.query)&file=\(Self.escaped(file.name))"
        struct Answer: Decodable { var received: Int64 }
        var there: Int64?
        var tries = 0
        while there != file.bytes {
            do {
                var part: [UInt8] = []
                var range = "bytes */\(file.bytes)"
                if let there {
                    try handle.seek(toOffset: UInt64(there))
                    part = Array(try handle.read(upToCount: min(Self.partSize, Int(file.bytes - there))) ?? Data())
                    guard !part.isEmpty else {
                        throw LibraryError(.fileSystem, "\(path): became shorter while it was sent")
                    }
                    range = "bytes \(there)-\(there + Int64(part.count) - 1)/\(file.bytes)"
                }
                let (response, body) = try send(target, method: "PUT", content: part, range: range)
                switch response.status {
                case 200, 201: return
                // The daemon says how far it has come; after a lost answer that may be further than we know.
                case 202, 409:
                    guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(body)),
                        (0..<file.bytes).contains(answer.received)
                    else { throw refusal(response, body) }
                    if let there, answer.received <= there {
                        tries += 1
                        guard tries <= pauses.count else {
                            throw LibraryError(.unreachable, "\(address): the daemon does not take \(file.name)")
                        }
                        Thread.sleep(forTimeInterval: pauses[tries - 1])
                    } else {
                        tries = 0
                    }
                    there = answer.received
                case 429, 500...599: throw HTTP.Broken(reason: "the daemon answers \(response.status)")
                default: throw refusal(response, body)
                }
            } catch let broken as HTTP.Broken {
                guard tries < pauses.count else { throw unreachable(broken) }
                Thread.sleep(forTimeInterval: pauses[tries])
                tries += 1
                // How much of it arrived is for the daemon to say.
                there = nil
            }
        }
    }

    /// Gives up a file that no row names any more; false where one does.
    package func remove(_ name: String, for claim: Claim) throws -> Bool {
        let target = "\(address)/api/v1/files?\(claim.query)&file=\(Self.escaped(name))"
        let (response, body) = try retrying { try send(target, method: "DELETE") }
        switch response.status {
        case 200, 204: return true
        case 409: return false
        default: throw refusal(response, body)
        }
    }

    // MARK: Talking

    /// Nil for what is not there.
    private func document<Answer: Decodable>(_ type: Answer.Type, _ path: String) throws -> Answer? {
        let (response, body) = try retrying { try send(address + path, method: nil) }
        switch response.status {
        case 200: break
        case 404: return nil
        default: throw refusal(response, body)
        }
        guard let answer = try? JSONDecoder().decode(type, from: Data(body)) else {
            throw LibraryError(.malformed, "\(address): no daemon of this version answers there")
        }
        return answer
    }

    private func send(
        _ target: String,
        method: String?,
        content: [UInt8] = [],
        range: String? = nil
    ) throws -> (HTTP.Response, [UInt8]) {
        var body: [UInt8] = []
        let limit = 1 << 24
        let response = try http.request(
            target,
            method: method,
            content: content,
            headers: range.map { ["Content-Range: \($0)"] } ?? [],
            secrets: secrets
        ) { _, more in
            body += more
            return body.count <= limit
        }
        return (response, body)
    }

    private func retrying(_ body: () throws -> (HTTP.Response, [UInt8])) throws -> (HTTP.Response, [UInt8]) {
        var tries = 0
        while true {
            do {
                let answer = try body()
                guard answer.0.status == 429 || answer.0.status >= 500 else { return answer }
                throw HTTP.Broken(reason: "the daemon answers \(answer.0.status)")
            } catch let broken as HTTP.Broken {
                guard tries < pauses.count else { throw unreachable(broken) }
                Thread.sleep(forTimeInterval: pauses[tries])
                tries += 1
            }
        }
    }

    private func unreachable(_ broken: HTTP.Broken) -> LibraryError {
        LibraryError(.unreachable, "\(address): \(broken.reason)")
    }

    private static let whenDenied =
        "`podium token create NAME --role worker` makes a token that may; --token-file names the file with it"

    private func refusal(_ response: HTTP.Response, _ body: [UInt8]) -> LibraryError {
        struct Problem: Decodable { var detail: String }
        let said = (try? JSONDecoder().decode(Problem.self, from: Data(body)))?.detail
        let advice =
            [401, 403].contains(response.status) ? "; \(Self.whenDenied)" : ""
        return LibraryError(
            .refused,
            "\(address) says no (\(response.status)): \(said ?? "without a reason")\(advice)"
        )
    }

    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .urlQueryValue) ?? ""
    }

    private static func makeFolder(of path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw LibraryError(.fileSystem, "\(folder): the folder cannot be made: \(error.localizedDescription)")
        }
    }
}

extension CharacterSet {
    /// Letters, digits and what means nothing in a query.
    fileprivate static let urlQueryValue = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/"
    )
}
