internal import PodiumCore
internal import PodiumLibrary
internal import PodiumStore

/// Files to and from workers of other machines.
struct ArtifactRoutes: Sendable {
    let store: PostgresStore
    /// Nil where no files are kept.
    private let keptShelf: ArtifactShelf?

    init(store: PostgresStore, shelf: ArtifactShelf?) {
        (self.store, keptShelf) = (store, shelf)
    }

    private var shelf: ArtifactShelf {
        get throws {
            guard let keptShelf else { throw Problem(404, "this dashboard keeps no files") }
            return keptShelf
        }
    }

    var routes: [Route] {
        let file = "/api/v1/artifacts/{sha256}"
        return [
            Route(.get, "/api/v1/artifacts", .worker, place),
            Route(.get, file, .worker, content),
            Route(.put, file, .worker, take),
            Route(.get, "/api/v1/files", .worker, files),
            Route(.delete, "/api/v1/files", .worker, remove),
        ]
    }

    private func place(_ exchange: Exchange) async throws -> WebResponse {
        struct Document: Encodable { var dataDirectory: String }
        let shelf = try shelf
        return try .json(Document(dataDirectory: shelf.dataDirectory))
    }

    // MARK: Out

    private func content(_ exchange: Exchange) async throws -> WebResponse {
        let shelf = try shelf
        let sha256 = try hash(exchange)
        guard let (path, bytes) = shelf.find(sha256) else {
            throw Problem(
                404,
                "there is no file with this hash, or nobody asked for its path lately: ask /api/v1/files"
            )
        }
        var headers = [
            ("Content-Type", "application/octet-stream"), ("Accept-Ranges", "bytes"), ("ETag", "\"\(sha256)\""),
        ]
        guard let range = exchange.request.headers["range"].flatMap({ ByteRange.read($0, of: bytes) }) else {
            return WebResponse(headers: headers, body: .file(path, 0..<bytes))
        }
        guard !range.isEmpty else {
            return WebResponse(status: 416, headers: [("Content-Range", "bytes */\(bytes)")])
        }
        headers.append(("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(bytes)"))
        return WebResponse(status: 206, headers: headers, body: .file(path, range))
    }

    /// What there is at a path, if the run that asks may read it.
    private func files(_ exchange: Exchange) async throws -> WebResponse {
        let shelf = try shelf
        let run = try await claimed(exchange).run
        guard let path = exchange.request.parameter("path"), ArtifactShelf.isPath(path) else {
            throw Problem(400, "path is an absolute path without . and ..")
        }
        if !isIn(path, shelf.dataDirectory + "/artifacts"), !isIn(path, shelf.dataDirectory + "/models") {
            guard try await named(by: run).contains(where: { $0 == path || isIn(path, $0) }) else {
                throw Problem(403, "run \(run.id) names no such path, and it is no artifact")
            }
        }
        let listing = try await BlockingWork.onThread { try shelf.listing(path) }
        guard let listing else { throw Problem(404, "\(path) is not on the daemon's machine") }
        return try .json(listing)
    }

    /// The paths that a run may read: of a report those of all runs of its suite.
    private func named(by run: RunRecord) async throws -> Set<String> {
        guard run.spec.kind == .report else { return Set(run.spec.work.paths) }
        let runs = try await store.runs(suite: run.suite, includingTerminal: true)
        return Set(runs.flatMap(\.spec.work.paths))
    }

    private func isIn(_ path: String, _ folder: String) -> Bool { path.hasPrefix(folder + "/") }

    // MARK: In

    private struct Received: Encodable {
        var received: Int64
    }

    private func take(_ exchange: Exchange) async throws -> WebResponse {
        let shelf = try shelf
        let sha256 = try hash(exchange)
        let name = try name(exchange)
        let (run, attempt) = try await claimed(exchange)
        let part = exchange.request.body
        guard let header = exchange.request.headers["content-range"], let sent = ByteRange.sent(header),
            sent.count == Int64(part.count)
        else {
            throw Problem(
                400,
                "Content-Range is \"bytes FIRST-LAST/TOTAL\" of what is sent, or \"bytes */TOTAL\" of nothing"
            )
        }
        let path = shelf.place(run: run.id.rawValue, token: attempt.token, name: name)
        let arrival = try await BlockingWork.onThread {
            try shelf.take(part, at: sent.offset, total: sent.total, sha256: sha256, path: path)
        }
        switch arrival {
        case .complete(let isNew): return try .json(Received(received: sent.total), status: isNew ? 201 : 200)
        case .received(let bytes): return try .json(Received(received: bytes), status: 202)
        case .elsewhere(let bytes): return try .json(Received(received: bytes), status: 409)
        case .otherContent(let found):
            throw Problem(422, "the bytes that arrived have the SHA-256 \(found), not \(sha256); they are thrown away")
        }
    }

    /// Files that no row names any more.
    private func remove(_ exchange: Exchange) async throws -> WebResponse {
        let shelf = try shelf
        let name = try name(exchange)
        let (run, attempt) = try await known(exchange)
        let path = shelf.place(run: run.id.rawValue, token: attempt.token, name: name)
        let inForce = try await store.artifacts(of: run.id).filter { $0.removedAt == nil }.map(\.artifact.path)
        guard !inForce.contains(where: { $0 == path || isIn(path, $0) }) else {
            throw Problem(409, "\(name) is an artifact of run \(run.id) and stays")
        }
        try await BlockingWork.onThread { try shelf.remove(path) }
        return WebResponse(status: 204)
    }

    // MARK: Who asks

    private func hash(_ exchange: Exchange) throws -> String {
        guard let hash = exchange.parameters["sha256"].flatMap(ArtifactShelf.hash) else {
            throw Problem(404, "a file is asked for by its SHA-256: 64 hexadecimal digits in lower case")
        }
        return hash
    }

    private func name(_ exchange: Exchange) throws -> String {
        guard let name = exchange.request.parameter("file"), ArtifactShelf.isName(name) else {
            throw Problem(400, "file is a name below the attempt's folder, of letters, digits, - . _ + and /")
        }
        return name
    }

    /// The run and the attempt of it that the request names, whatever became of them.
    private func known(_ exchange: Exchange) async throws -> (run: RunRecord, attempt: AttemptRecord) {
        guard let number = exchange.request.parameter("run").flatMap({ Int64($0) }),
            let token = exchange.request.parameter("token").flatMap({ Int64($0) })
        else { throw Problem(400, "run and token are the numbers of the attempt that asks") }
        let id = RunID(rawValue: number)
        guard let run = try await store.run(id),
            let attempt = try await store.attempts(of: id).first(where: { $0.token == token })
        else { throw Problem(403, "run \(number) has no attempt \(token)") }
        return (run, attempt)
    }

    /// As `known`, of an attempt that holds its run: an older one brings nothing and reads nothing.
    private func claimed(_ exchange: Exchange) async throws -> (run: RunRecord, attempt: AttemptRecord) {
        let (run, attempt) = try await known(exchange)
        guard run.state == .running, attempt.endedAt == nil, attempt.attempt == run.attempt else {
            throw Problem(403, "attempt \(attempt.token) does not hold run \(run.id) any more")
        }
        return (run, attempt)
    }
}
