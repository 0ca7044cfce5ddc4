internal import Foundation
import PodiumFiles

/// The hub's address, the token that it is asked with, and local caches of its models.
package struct HubOptions: Sendable {
    /// `HF_ENDPOINT`, without a slash at its end.
    package var endpoint: String
    /// `HF_TOKEN`.
    package var token: String?
    /// Folders of `models--OWNER--NAME` that transformers keeps, best first.
    package var caches: [String]

    package init(endpoint: String = "https://huggingface.co", token: String? = nil, caches: [String] = []) {
        self.endpoint = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
        self.token = token
        self.caches = caches
    }

    /// From `HF_ENDPOINT`, `HF_TOKEN`, `HF_HUB_CACHE` and `HF_HOME`; empty variables do not count.
    package init(environment: [String: String], home: String) {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let cache = value("HF_HUB_CACHE") ?? "\(value("HF_HOME") ?? "\(home)/.cache/huggingface")/hub"
        self.init(endpoint: value("HF_ENDPOINT") ?? HubOptions().endpoint, token: value("HF_TOKEN"), caches: [cache])
    }
}

/// A model of the hub by its name, `OWNER/NAME` and perhaps `@REVISION`.
struct HubModel {
    let repository: String
    let revision: String
    let options: HubOptions
    var http = HTTP()
    var pauses = [0.5, 1, 2, 4]

    /// Nil if the name is not one of the hub's.
    init?(_ name: String, options: HubOptions) {
        let parts = name.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        func isPlain(_ text: Substring) -> Bool {
            !text.isEmpty && text.first != "."
                && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
        }
        guard path.count == 2, path.allSatisfy(isPlain) else { return nil }
        if parts.count == 2 {
            guard parts[1].split(separator: "/", omittingEmptySubsequences: false).allSatisfy(isPlain) else {
                return nil
            }
        }
        repository = String(parts[0])
        revision = parts.count == 2 ? String(parts[1]) : "main"
        self.options = options
    }

    private static let texts = [
        "config.json", "vocab.txt", "tokenizer_config.json", "tokenizer.json", "special_tokens_map.json",
        "added_tokens.json",
    ]

    /// The content of `source.json` in the folder of a pulled model.
    struct Source: Codable {
        struct File: Codable {
            var name: String
            var bytes: Int
            var sha256: String
        }
        var repository: String
        var revision: String
        var commit: String
        var endpoint: String
        var files: [File]
    }

    /// Fetches the model's files into an existing folder.
    func fetch(into folder: String, report: (String) -> Void) throws {
        if try copyFromCache(into: folder, report: report) { return }
        report("Fetching \(repository) (\(revision)) from \(options.endpoint) …")
        let (commit, names) = try listing()
        let wanted = try Self.wanted(names, repository)
        var files: [Source.File] = []
        for name in wanted {
            let size = try download(name, commit: commit, into: folder, report: report)
            let path = "\(folder)/\(name)"
            files.append(Source.File(name: name, bytes: size, sha256: try Self.sha256(path)))
        }
        try write(
            Source(
                repository: repository,
                revision: revision,
                commit: commit,
                endpoint: options.endpoint,
                files: files
            ),
            folder
        )
    }

    // MARK: The hub

    private var secrets: [String] { options.token.map { ["Authorization: Bearer \($0)"] } ?? [] }

    /// The commit of the revision and the names of its files.
    private func listing() throws -> (commit: String, names: [String]) {
        struct Answer: Decodable {
            struct File: Decodable { var rfilename: String }
            var sha: String
            var siblings: [File]
        }
        let address = "\(options.endpoint)/api/models/\(repository)/revision/\(revision)"
        let limit = 1 << 24
        var bytes: [UInt8] = []
        let response = try retrying(address) {
            bytes = []
            return try http.request(address, secrets: secrets) { _, more in
                bytes += more
                return bytes.count <= limit
            }
        }
        switch response.status {
        case 200: break
        case 401, 403, 404:
            throw LibraryError(
                .unknownName,
                "\(repository) (\(revision)): \(options.endpoint) has no such model, or not for everybody (\(response.status)); a gated or private one needs HF_TOKEN"
            )
        default: throw LibraryError(.unreachable, "\(address): the host answers \(response.status)")
        }
        guard bytes.count <= limit, let answer = try? JSONDecoder().decode(Answer.self, from: Data(bytes)),
            answer.sha.count == 40, answer.sha.allSatisfy(\.isHexDigit)
        else { throw LibraryError(.malformed, "\(address): the answer is not the hub's") }
        return (answer.sha, answer.siblings.map(\.rfilename))
    }

    /// Those of the repository's files that a model needs.
    private static func wanted(_ names: [String], _ repository: String) throws -> [String] {
        guard names.contains("config.json") else {
            throw LibraryError(.malformed, "\(repository) has no config.json: it is no model of transformers")
        }
        var wanted = texts.filter(names.contains)
        if names.contains("model.safetensors") {
            wanted.append("model.safetensors")
        } else if names.contains("model.safetensors.index.json") {
            wanted.append("model.safetensors.index.json")
            wanted += names.filter { $0.hasSuffix(".safetensors") && !$0.contains("/") && $0.hasPrefix("model-") }
                .sorted()
        } else {
            let others = names.filter { $0.hasSuffix(".bin") || $0.hasSuffix(".h5") || $0.hasSuffix(".msgpack") }
            throw LibraryError(
                .malformed,
                "\(repository) has no safetensors, only \(others.isEmpty ? "no weights at all" : others.joined(separator: ", ")); "
                    + "pickles may run any code and are not read; ask for a revision that has safetensors (NAME@refs/pr/N)"
            )
        }
        return wanted
    }

    private static let whenDenied = "a gated or private model needs HF_TOKEN"

    /// - Returns: the file's size.
    private func download(_ name: String, commit: String, into folder: String, report: (String) -> Void) throws -> Int {
        let address = "\(options.endpoint)/\(repository)/resolve/\(commit)/\(name)"
        let head = try retrying(address) { try http.request(address, isHead: true, secrets: secrets) }
        if [401, 403].contains(head.status) { throw Download.denied(address, head.status, Self.whenDenied) }
        guard head.status == 200 else {
            throw LibraryError(.unreachable, "\(address): the host answers \(head.status)")
        }
        let tag = (head.first("x-linked-etag") ?? head.first("etag") ?? "")
            .replacing("W/", with: "").trimmingCharacters(in: CharacterSet(charactersIn: "\""))
        let size = (head.first("x-linked-size") ?? head.headers["content-length"]).flatMap { Int($0) }
        let identity: Download.Identity? =
            !tag.allSatisfy(\.isHexDigit)
            ? nil : tag.count == 64 ? .sha256(tag.lowercased()) : tag.count == 40 ? .gitBlob(tag.lowercased()) : nil
        guard let identity else {
            throw LibraryError(
                .malformed,
                "\(address): the host names no digest of the file, so that it could not be verified"
            )
        }
        var download = Download(address: address, size: size, identity: identity, secrets: secrets)
        download.whenDenied = Self.whenDenied
        (download.http, download.pauses) = (http, pauses)
        var shown = 0
        try download.run(to: "\(folder)/\(name)") { there in
            guard let size, size > 1 << 22 else { return }
            let tenth = there * 10 / size
            guard tenth > shown else { return }
            shown = tenth
            report("\(name): \(tenth * 10) % of \(size >> 20) MiB")
        }
        return try FileSize.count("\(folder)/\(name)")
    }

    private func retrying(_ address: String, _ body: () throws -> HTTP.Response) throws -> HTTP.Response {
        for pause in pauses {
            do {
                let response = try body()
                guard response.status == 429 || response.status >= 500 else { return response }
            } catch is HTTP.Broken {}
            Thread.sleep(forTimeInterval: pause)
        }
        do {
            return try body()
        } catch let broken as HTTP.Broken {
            throw LibraryError(
                .unreachable,
                "\(address): \(broken.reason); without a network, place config.json, vocab.txt and model.safetensors in a folder and name that"
            )
        }
    }

    // MARK: A cache that is already there

    /// Copies a snapshot of the cache if it is complete.
    private func copyFromCache(into folder: String, report: (String) -> Void) throws -> Bool {
        let files = FileManager.default
        for cache in options.caches {
            let root = "\(cache)/models--\(repository.replacing("/", with: "--"))"
            var commit = revision
            if let text = try? String(contentsOfFile: "\(root)/refs/\(revision)", encoding: .utf8) {
                commit = text.trimmingCharacters(in: .whitespacesAndNewlines)
            }
            let snapshot = "\(root)/snapshots/\(commit)"
            guard commit.allSatisfy(\.isHexDigit), let names = try? files.contentsOfDirectory(atPath: snapshot),
                let wanted = try? Self.wanted(names, repository)
            else { continue }
            report("Copying \(repository) (\(commit.prefix(12))) from \(cache) …")
            var copied: [Source.File] = []
            for name in wanted {
                let target = "\(folder)/\(name)"
                let source = URL(fileURLWithPath: "\(snapshot)/\(name)").resolvingSymlinksInPath().path
                do {
                    try? files.removeItem(atPath: target)
                    try files.copyItem(atPath: source, toPath: target)
                } catch {
                    throw LibraryError(
                        .fileSystem,
                        "\(source): cannot be copied to \(target): \(error.localizedDescription)"
                    )
                }
                let digest = try Self.sha256(target)
                // Large files are called after their digest there.
                let blob = String(source.split(separator: "/").last ?? "")
                guard blob.count != 64 || !blob.allSatisfy(\.isHexDigit) || blob == digest else {
                    throw LibraryError(
                        .malformed,
                        "\(source): the file is damaged: its digest is \(digest); remove it from the cache"
                    )
                }
                copied.append(Source.File(name: name, bytes: try FileSize.count(target), sha256: digest))
            }
            let source = Source(
                repository: repository,
                revision: revision,
                commit: commit,
                endpoint: cache,
                files: copied
            )
            try write(source, folder)
            return true
        }
        return false
    }

    private static func sha256(_ path: String) throws -> String {
        do { return try Digest.sha256(file: path) } catch { throw LibraryError(.fileSystem, "\(error)") }
    }

    private func write(_ source: Source, _ folder: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        let bytes = [UInt8](try encoder.encode(source)) + [UInt8(ascii: "\n")]
        do {
            try AtomicFile.write("\(folder)/source.json") { (writer) throws(FileError) in try writer.append(bytes) }
        } catch {
            throw LibraryError(.fileSystem, "\(error)")
        }
    }
}

extension FileSize {
    static func count(_ path: String) throws -> Int { Int(try bytes(of: path)) }
}
