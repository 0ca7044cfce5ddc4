internal import Foundation
package import PodiumCore
internal import PodiumData
package import PodiumLibrary
internal import PodiumScheduler

/// Files through the daemon's HTTP API, for a worker with a data directory of its own.
///
/// The store knows every file by its path in the daemon's data directory; here it lies in the same place of this data
/// directory. Files that a job file names lie under `inputs/` here, at the paths that they have there.
package struct DaemonExchange: ArtifactExchange {
    private let client: ArtifactClient
    /// Data directories, absolute.
    private let here: String
    private let there: String

    /// Asks the daemon where it keeps files, which also tells whether address and token are right.
    package static func connect(_ client: ArtifactClient, dataDirectory: String) async throws -> DaemonExchange {
        let there = try await BlockingWork.onThread { try client.dataDirectory() }
        return DaemonExchange(client: client, here: dataDirectory, there: there)
    }

    /// The daemon's address, and its data directory.
    package var description: String { "\(client.address) (\(there))" }

    // MARK: Paths

    package func storedPath(_ path: String) -> String {
        path.hasPrefix(here + "/") ? there + path.dropFirst(here.count) : path
    }

    /// Where a file of the daemon's data directory lies here; an error for one that no honest row names.
    private func localPath(_ path: String) throws -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard path.hasPrefix(there + "/"), !parts.contains(".."), !parts.contains(".") else {
            throw ExchangeError(
                .infrastructure,
                "\(path) is not in the daemon's data directory, \(there): it was made by a worker that saw another one"
            )
        }
        return here + path.dropFirst(there.count)
    }

    private func claim(_ lease: Lease) -> ArtifactClient.Claim {
        ArtifactClient.Claim(run: lease.run.rawValue, token: lease.token)
    }

    // MARK: Here

    package func fetch(_ assignment: EngineAssignment) async throws -> EngineAssignment {
        let exchange = self
        return try await BlockingWork.onThread {
            do {
                return try exchange.bring(assignment)
            } catch let error as LibraryError {
                throw ExchangeError(.infrastructure, error.message)
            }
        }
    }

    private func bring(_ assignment: EngineAssignment) throws -> EngineAssignment {
        var assignment = assignment
        let claim = claim(assignment.lease)
        for index in assignment.inputs.indices {
            guard let artifact = assignment.inputs[index].source?.artifact else { continue }
            assignment.inputs[index].source?.artifact.path = try need(artifact, for: claim)
        }
        assignment.checkpoints = try checkpoints(of: assignment)
        var places: [String: String] = [:]
        if assignment.spec.kind == .report {
            try bringHistory(&assignment, &places)
        } else {
            for place in assignment.spec.work.places { try bring(place, &places, isNeeded: true, for: claim) }
        }
        assignment.places = places
        return assignment
    }

    /// An artifact that the run cannot do without; returns its path here.
    private func need(_ artifact: Artifact, for claim: ArtifactClient.Claim) throws -> String {
        let path = try localPath(artifact.path)
        guard try bring(artifact.path, to: path, for: claim) != nil else {
            throw ExchangeError(
                .input,
                "\(artifact.path) (\(artifact.kind.rawValue)) is not on the daemon's machine any more; run what made it again"
            )
        }
        return path
    }

    /// The newest checkpoint that can be had; older ones are not worth their way.
    private func checkpoints(of assignment: EngineAssignment) throws -> [ArtifactRecord] {
        // Vectors are gone on with from the rows beside a note, and rows stay where they are.
        guard assignment.spec.kind != .embed else { return [] }
        let claim = claim(assignment.lease)
        for var record in assignment.checkpoints {
            let stored = record.artifact.path
            let path = try localPath(stored)
            let listing = try bring(stored, to: path, for: claim)
            guard listing?.files.first?.sha256 == record.artifact.sha256 else { continue }
            // The best models so far, which a checkpoint only names.
            for other in Set(assignment.checkpoints.map(\.artifact.path)) {
                let snapshots =
                    URL(fileURLWithPath: other).deletingLastPathComponent().deletingLastPathComponent().path
                    + "/snapshots"
                _ = try bring(snapshots, to: try localPath(snapshots), for: claim)
            }
            record.artifact.path = path
            return [record]
        }
        return []
    }

    private func bringHistory(_ assignment: inout EngineAssignment, _ places: inout [String: String]) throws {
        guard var history = assignment.history else { return }
        let claim = claim(assignment.lease)
        var data: Set<InputPlace> = []
        for run in history.runs.indices {
            for index in history.runs[run].artifacts.indices {
                let record = history.runs[run].artifacts[index]
                guard record.artifact.kind == .predictions, record.removedAt == nil else { continue }
                let path = try localPath(record.artifact.path)
                // Reports say by themselves what is gone.
                guard try bring(record.artifact.path, to: path, for: claim) != nil else { continue }
                history.runs[run].artifacts[index].artifact.path = path
            }
            for place in history.runs[run].record.spec.work.places {
                if case .task(_, let split, _) = place, split != .train { data.insert(place) }
            }
        }
        for place in data { try bring(place, &places, isNeeded: false, for: claim) }
        assignment.history = history
    }

    /// A file that the job file names, or the files of a folder.
    ///
    /// - Parameter places: hears where it lies here.
    private func bring(
        _ place: InputPlace,
        _ places: inout [String: String],
        isNeeded: Bool,
        for claim: ArtifactClient.Claim
    ) throws {
        switch place {
        case .model(let name):
            let stored = "\(there)/models/\(name)"
            guard try bring(stored, to: try localPath(stored), for: claim) == nil else { return }
            guard ModelLibrary(directory: here + "/models").isPulled(name) else {
                throw ExchangeError(
                    .input,
                    "the model \(name) is not in \(there)/models of the daemon's machine; fetch it there with "
                        + "`podium model pull \(name)`"
                )
            }
        case .file(let path), .folder(let path):
            let local = here + "/inputs" + path
            if try bring(path, to: local, for: claim) != nil {
                places[path] = local
            } else if isNeeded {
                try require(path)
            }
        case .task(let task, let split, let root):
            for (_, name) in DataRoot.places(task: task, split: split) {
                let path = "\(root)/\(name)"
                guard try bring(path, to: here + "/inputs" + path, for: claim) != nil else { continue }
                places[root] = here + "/inputs" + root
                return
            }
            // Without the file the engine says what it looked for, or that there is no such test set.
            if isNeeded, split == .train || split.isDevelopment { try require(root) }
        }
    }

    /// Fails where a path is neither there nor here.
    private func require(_ path: String) throws {
        let files = FileManager.default
        guard !files.fileExists(atPath: path), !files.fileExists(atPath: path + ".index") else { return }
        throw ExchangeError(
            .input,
            "\(path) is neither on the daemon's machine nor on this one; put it on the daemon's machine under this path, "
                + "and `podium retry`"
        )
    }

    /// Brings what is at a path there; nil where there is nothing.
    @discardableResult
    private func bring(
        _ path: String,
        to local: String,
        for claim: ArtifactClient.Claim
    ) throws -> ArtifactClient.Listing? {
        var isSecondTry = false
        while true {
            guard let listing = try client.files(at: path, for: claim) else { return nil }
            // Of a checkpoint's prefix the folder is listed.
            let root = String(local.dropLast(path.count - listing.root.count))
            do {
                for file in listing.files {
                    guard !file.name.split(separator: "/", omittingEmptySubsequences: false).contains("..") else {
                        throw LibraryError(.malformed, "the daemon lists \(file.name)")
                    }
                    try client.fetch(file, to: file.name.isEmpty ? root : "\(root)/\(file.name)")
                }
                return listing
            } catch let error as LibraryError where error.code == .unknownName && !isSecondTry {
                // Another daemon answers now, or the file was written anew.
                isSecondTry = true
            }
        }
    }

    // MARK: There

    package func areIntact(_ artifacts: [Artifact], for lease: Lease) async -> Bool {
        let exchange = self
        let found = try? await BlockingWork.onThread {
            try artifacts.allSatisfy { artifact in
                let listing = try exchange.client.files(at: artifact.path, for: exchange.claim(lease))
                // An artifact that is a folder has the hash of its main file.
                return listing?.files.contains { $0.sha256 == artifact.sha256 } ?? false
            }
        }
        return found ?? false
    }

    package func push(_ artifact: Artifact, of lease: Lease) async throws -> Artifact? {
        let exchange = self
        return try await BlockingWork.onThread {
            do {
                return try exchange.send(artifact, of: lease)
            } catch let error as LibraryError {
                throw ExchangeError(.infrastructure, error.message)
            }
        }
    }

    private func send(_ artifact: Artifact, of lease: Lease) throws -> Artifact? {
        let folder = AttemptFolder(lease: lease, dataDirectory: here).path
        guard artifact.path.hasPrefix(folder + "/") else {
            throw ExchangeError(.infrastructure, "\(artifact.path) is not in the attempt's folder, \(folder)")
        }
        var paths = [artifact.path]
        if artifact.kind == .checkpoint { paths.append(folder + "/snapshots") }
        for path in paths {
            for file in try Self.files(at: path) {
                try client.push(file, as: String(file.dropFirst(folder.count + 1)), for: claim(lease))
            }
        }
        guard FileManager.default.fileExists(atPath: artifact.path) else { return nil }
        var stored = artifact
        stored.path = storedPath(artifact.path)
        return stored
    }

    /// The file at a path, or all files below it.
    private static func files(at path: String) throws -> [String] {
        let files = FileManager.default
        var isFolder: ObjCBool = false
        guard files.fileExists(atPath: path, isDirectory: &isFolder) else { return [] }
        guard isFolder.boolValue else { return [path] }
        return try files.subpathsOfDirectory(atPath: path).sorted().map { "\(path)/\($0)" }.filter { name in
            files.fileExists(atPath: name, isDirectory: &isFolder) && !isFolder.boolValue
        }
    }

    package func release(_ paths: [String], of lease: Lease) async {
        let exchange = self
        _ = try? await BlockingWork.onThread {
            for path in paths { try? exchange.remove(path, of: lease) }
        }
    }

    private func remove(_ path: String, of lease: Lease) throws {
        // Of an earlier attempt, perhaps: its folder says which.
        let parts = path.split(separator: "/")
        guard path.hasPrefix(there + "/artifacts/run-\(lease.run)/"),
            let place = parts.lastIndex(where: { $0.hasPrefix("attempt-") }),
            let token = Int64(parts[place].dropFirst("attempt-".count)), place + 1 < parts.count
        else { return }
        let name = parts[(place + 1)...].joined(separator: "/")
        let claim = ArtifactClient.Claim(run: lease.run.rawValue, token: token)
        _ = try client.remove(name, for: claim)
    }
}
