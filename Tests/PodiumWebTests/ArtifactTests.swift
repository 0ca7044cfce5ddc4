import Foundation
import PodiumCore
import PodiumFiles
import PodiumLibrary
import PodiumStore
import PodiumTestSupport
import PodiumWeb
import Testing

/// Files to and from workers of other machines.
@Suite(.database)
struct ArtifactTests {
    /// A dashboard with a data directory, and an attempt that holds its run.
    private struct Shelf {
        let site: Site
        let folder: String
        let suite: SubmittedSuite
        let run: RunID
        let lease: Lease
        let token: String

        init(spec: RunSpec? = nil) async throws {
            folder = FileManager.default.temporaryDirectory.appendingPathComponent("podium-shelf-\(UUID())").path
            try FileManager.default.createDirectory(atPath: "\(folder)/data", withIntermediateDirectories: true)
            site = try await Site.make(dataDirectory: "\(folder)/data")
            let run =
                spec
                ?? RunSpec(name: "a", system: "a", work: .finetune(FineTuning(model: .preset("tiny"), task: .mrpc)))
            suite = try await site.store.submit(
                Submission(name: "s", kind: .suite, source: "", runs: [PlannedRun(spec: run)])
            )
            let worker = try await site.store.registerWorker(
                WorkerRegistration(host: "h", processID: 1, pool: "cpu", threads: 64, version: "t"),
                leaseSeconds: 600
            )
            lease = try #require(
                try await site.store.claim(for: worker, pool: "cpu", threads: 64, limit: 1).first?.lease
            )
            self.run = lease.run
            token = try await site.token(.worker)
        }

        func close() async {
            await site.store.close()
            try? FileManager.default.removeItem(atPath: folder)
        }

        var claim: String { "run=\(run)&token=\(lease.token)" }
        var attempt: String { "\(folder)/data/artifacts/run-\(run)/attempt-\(lease.token)" }

        func put(
            _ bytes: [UInt8],
            at offset: Int? = 0,
            of total: Int? = nil,
            sha256: String? = nil,
            name: String = "model/weights",
            claim: String? = nil,
            token: String? = nil
        ) async throws -> WebResponse {
            let total = total ?? bytes.count
            let range = offset.map { "bytes \($0)-\($0 + bytes.count - 1)/\(total)" } ?? "bytes */\(total)"
            return try await ask(
                "PUT",
                "/api/v1/artifacts/\(sha256 ?? Digest.sha256(bytes))?\(claim ?? self.claim)&file=\(name)",
                headers: ["content-range": range],
                body: bytes,
                token: token
            )
        }

        func ask(
            _ method: String,
            _ target: String,
            headers: [String: String] = [:],
            body: [UInt8] = [],
            token: String? = nil
        ) async throws -> WebResponse {
            let all = ["host": "127.0.0.1", "authorization": "Bearer \(token ?? self.token)"].merging(headers) { $1 }
            let request = try #require(
                WebRequest(method: method, target: target, headers: all, body: body, peer: "127.0.0.1")
            )
            return await site.app.answer(request)
        }

        /// All files below the data directory.
        func files() throws -> [String] {
            try FileManager.default.subpathsOfDirectory(atPath: "\(folder)/data").sorted().filter { name in
                var isFolder: ObjCBool = false
                return FileManager.default.fileExists(atPath: "\(folder)/data/\(name)", isDirectory: &isFolder)
                    && !isFolder.boolValue
            }
        }
    }

    private static func bytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 40)
        }
    }

    @Test func aFileAppearsWhenItIsWholeAndIsWhatItsHashSays() async throws {
        let shelf = try await Shelf()
        let content = Self.bytes(1000)
        let hash = Digest.sha256(content)
        #expect(try await shelf.put(Array(content[..<400]), of: 1000, sha256: hash).status == 202)
        let path = "\(shelf.attempt)/model/weights"
        #expect(!FileManager.default.fileExists(atPath: path))
        // What comes next is asked for, and nothing else is taken.
        #expect(try await shelf.put([], at: nil, of: 1000, sha256: hash).text == #"{"received":400}"#)
        let gap = try await shelf.put(Array(content[500...]), at: 500, of: 1000, sha256: hash)
        #expect(gap.status == 409)
        #expect(try gap.text == #"{"received":400}"#)
        #expect(try await shelf.put(Array(content[400...]), at: 400, of: 1000, sha256: hash).status == 201)
        #expect(FileManager.default.contents(atPath: path) == Data(content))
        // Brought again after a lost answer.
        #expect(try await shelf.put([], at: nil, of: 1000, sha256: hash).status == 200)
        #expect(try shelf.files() == ["artifacts/run-\(shelf.run)/attempt-\(shelf.lease.token)/model/weights"])
        await shelf.close()
    }

    @Test func liesAboutHashOrLengthAreRefusedAndLeaveNothing() async throws {
        let shelf = try await Shelf()
        let content = Self.bytes(100)
        let other = try await shelf.put(content, sha256: Digest.sha256(Self.bytes(100, seed: 2)))
        #expect(other.status == 422)
        #expect(try other.text.contains(Digest.sha256(content)))
        #expect(try shelf.files().isEmpty)
        for header in ["bytes 0-98/100", "bytes 0-99/50", "bytes 0-99", "0-99/100", "bytes -1-99/100", "bytes 9-0/100"]
        {
            let response = try await shelf.ask(
                "PUT",
                "/api/v1/artifacts/\(Digest.sha256(content))?\(shelf.claim)&file=a",
                headers: ["content-range": header],
                body: content
            )
            #expect(response.status == 400, "\(header)")
        }
        #expect(try shelf.files().isEmpty)
        await shelf.close()
    }

    @Test(arguments: [
        "../x", "a/../../x", "/etc/x", "a//b", ".hidden", "a/.hidden", "a%2F..%2F..%2Fx", "%2e%2e/x", "a%00b", "a%5Cb",
        "",
        "a/b/c/d/e/f/g/h/i", "x.part", String(repeating: "n", count: 201),
    ])
    func noNameLeadsOutOfTheAttempt(name: String) async throws {
        let shelf = try await Shelf()
        let content = Self.bytes(10)
        let request = WebRequest(
            method: "PUT",
            target: "/api/v1/artifacts/\(Digest.sha256(content))?\(shelf.claim)&file=\(name)",
            headers: [
                "host": "127.0.0.1", "authorization": "Bearer \(shelf.token)", "content-range": "bytes 0-9/10",
            ],
            body: content,
            peer: "127.0.0.1"
        )
        // A zero byte is in no address.
        if let request { #expect(await shelf.site.app.answer(request).status == 400) }
        #expect(try shelf.files().isEmpty)
        await shelf.close()
    }

    @Test func onlySixtyFourDigitsAreAHash() async throws {
        let shelf = try await Shelf()
        let hash = Digest.sha256([])
        for name in ["..%2F..%2Fetc%2Fpasswd", hash.uppercased(), String(hash.dropLast()), hash + "0", "%2e%2e", "x"] {
            #expect(try await shelf.ask("GET", "/api/v1/artifacts/\(name)").status == 404, "\(name)")
            let put = try await shelf.put([1], sha256: name)
            #expect(put.status == 404, "\(name)")
        }
        #expect(try await shelf.ask("GET", "/api/v1/artifacts/\(hash)").status == 404)
        await shelf.close()
    }

    @Test func whoHoldsNoRunBringsAndReadsNothing() async throws {
        let shelf = try await Shelf()
        let content = Self.bytes(10)
        let reader = try await shelf.site.token(.reader)
        #expect(try await shelf.put(content, token: reader).status == 403)
        #expect(try await shelf.put(content, token: "podium_wrong").status == 401)
        for claim in [
            "run=\(shelf.run)&token=\(shelf.lease.token + 1)", "run=9999&token=\(shelf.lease.token)", "run=x&token=1",
        ] {
            #expect([400, 403].contains(try await shelf.put(content, claim: claim).status), "\(claim)")
        }
        #expect(try await shelf.site.store.finish(shelf.lease, outcome: .released))
        #expect(try await shelf.put(content).status == 403)
        #expect(try await shelf.ask("GET", "/api/v1/files?\(shelf.claim)&path=\(shelf.attempt)").status == 403)
        #expect(try shelf.files().isEmpty)
        await shelf.close()
    }

    @Test func aRunReadsWhatItNamesAndArtifactsAndNothingElse() async throws {
        let outside = FileManager.default.temporaryDirectory.appendingPathComponent("podium-data-\(UUID())").path
        try FileManager.default.createDirectory(atPath: "\(outside)/MRPC", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: outside) }
        try Data("x".utf8).write(to: URL(fileURLWithPath: "\(outside)/MRPC/train.tsv"))
        let work = FineTuning(model: .path("/models/of/ours"), task: .mrpc, data: .root(outside))
        let shelf = try await Shelf(spec: RunSpec(name: "a", system: "a", work: .finetune(work)))
        func status(_ path: String) async throws -> Int {
            try await shelf.ask("GET", "/api/v1/files?\(shelf.claim)&path=\(path)").status
        }
        #expect(try await status("\(outside)/MRPC/train.tsv") == 200)
        #expect(try await status("/models/of/ours") == 404)
        #expect(try await status("\(shelf.folder)/data/models/minilm-l6") == 404)
        for path in [
            "/etc/passwd", outside + "-other/x", "\(outside)/../x", "\(shelf.folder)/data/postgres", "relative", "",
            "\(shelf.folder)/data/artifacts/../postgres/data/x", "/models/of/oursx",
        ] {
            #expect([400, 403].contains(try await status(path)), "\(path)")
        }
        await shelf.close()
    }

    @Test func whatARowNamesCannotBeRemoved() async throws {
        let shelf = try await Shelf()
        let content = Self.bytes(10)
        #expect(try await shelf.put(content, name: "checkpoints/step-1").status == 201)
        let artifact = Artifact(
            kind: .checkpoint,
            step: 1,
            path: "\(shelf.attempt)/checkpoints/step-1",
            sha256: Digest.sha256(content),
            bytes: 10
        )
        #expect(try await shelf.site.store.record(shelf.lease, events: [.artifact(artifact)]))
        let target = "/api/v1/files?\(shelf.claim)&file=checkpoints/step-1"
        #expect(try await shelf.ask("DELETE", target).status == 409)
        #expect(try shelf.files().count == 1)
        #expect(try await shelf.site.store.record(shelf.lease, events: [.removed(path: artifact.path)]))
        #expect(try await shelf.ask("DELETE", target).status == 204)
        #expect(try shelf.files().isEmpty)
        #expect(try await shelf.ask("DELETE", target).status == 204)
        await shelf.close()
    }

    @Test func aClientBringsAndFetchesAndGoesOnAfterACut() async throws {
        let shelf = try await Shelf()
        let server = try await HTTPService.start(address: "127.0.0.1", ports: [0]) { await shelf.site.app.answer($0) }
        let client = try ArtifactClient(address: "http://127.0.0.1:\(server.port)/", token: shelf.token, pauses: [0.01])
        let claim = ArtifactClient.Claim(run: shelf.run.rawValue, token: shelf.lease.token)
        // Two parts and a bit, of which an earlier try brought some.
        let content = Self.bytes(2 * ArtifactClient.partSize + 777)
        let source = "\(shelf.folder)/source"
        try Data(content).write(to: URL(fileURLWithPath: source))
        let early = try await shelf.put(
            Array(content[..<5000]),
            of: content.count,
            sha256: Digest.sha256(content),
            name: "model/w"
        )
        #expect(early.status == 202)
        let listing = try await BlockingWork.onThread {
            #expect(try client.dataDirectory() == "\(shelf.folder)/data")
            try client.push(source, as: "model/w", for: claim)
            try Data().write(to: URL(fileURLWithPath: "\(shelf.folder)/empty"))
            try client.push("\(shelf.folder)/empty", as: "model/empty", for: claim)
            return try #require(try client.files(at: "\(shelf.attempt)/model", for: claim))
        }
        #expect(listing.files.map(\.name) == ["empty", "w"])
        #expect(FileManager.default.contents(atPath: "\(shelf.attempt)/model/w") == Data(content))
        // The way back, after a third of it arrived, and after a lie arrived.
        let target = "\(shelf.folder)/here/w"
        let hash = Digest.sha256(content)
        try FileManager.default.createDirectory(atPath: "\(shelf.folder)/here", withIntermediateDirectories: true)
        let partial = "\(target).\(hash.prefix(16)).part"
        try Data(content[..<3_000_000]).write(to: URL(fileURLWithPath: partial))
        try await BlockingWork.onThread {
            for file in listing.files { try client.fetch(file, to: "\(shelf.folder)/here/\(file.name)") }
        }
        #expect(FileManager.default.contents(atPath: target) == Data(content))
        #expect(!FileManager.default.fileExists(atPath: partial))
        try Data(Self.bytes(content.count, seed: 3)).write(to: URL(fileURLWithPath: target))
        try await BlockingWork.onThread { try client.fetch(listing.files[1], to: target) }
        #expect(try Digest.sha256(file: target) == hash)
        // Nothing is there.
        #expect(try await BlockingWork.onThread { try client.files(at: "\(shelf.attempt)/none", for: claim) } == nil)
        await server.stop()
        await shelf.close()
    }

    @Test func aClientSaysWhatIsWrong() async throws {
        let shelf = try await Shelf()
        let server = try await HTTPService.start(address: "127.0.0.1", ports: [0]) { await shelf.site.app.answer($0) }
        let address = "http://127.0.0.1:\(server.port)"
        func complaint(_ address: String, _ token: String) async throws -> LibraryError? {
            let client = try ArtifactClient(address: address, token: token, pauses: [])
            return await #expect(throws: LibraryError.self) {
                _ = try await BlockingWork.onThread { try client.dataDirectory() }
            }
        }
        let wrong = try #require(try await complaint(address, "podium_wrong"))
        #expect(wrong.code == .refused && wrong.message.contains("podium token create NAME --role worker"))
        let reader = try #require(try await complaint(address, try await shelf.site.token(.reader)))
        #expect(reader.code == .refused && reader.message.contains("(403)"))
        await server.stop()
        #expect(try await complaint(address, shelf.token)?.code == .unreachable)
        for address in ["", "db.example.org:8265", "ftp://x", "http://", "http://x/path"] {
            #expect(throws: LibraryError.self, "\(address)") { try ArtifactClient(address: address, token: "t") }
        }
        #expect(throws: LibraryError.self) { try ArtifactClient(address: address, token: "two words") }
        // A file that is not what the daemon is told of is refused, and what arrived is thrown away.
        let again = try await HTTPService.start(address: "127.0.0.1", ports: [0]) { await shelf.site.app.answer($0) }
        let client = try ArtifactClient(address: "http://127.0.0.1:\(again.port)", token: shelf.token, pauses: [])
        let source = "\(shelf.folder)/source"
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: source))
        let lie = ArtifactClient.File(name: "w", sha256: Digest.sha256([9]), bytes: 3)
        let claim = ArtifactClient.Claim(run: shelf.run.rawValue, token: shelf.lease.token)
        let refused = await #expect(throws: LibraryError.self) {
            try await BlockingWork.onThread { try client.push(source, lie, for: claim) }
        }
        #expect(refused?.code == .refused)
        #expect(try shelf.files().isEmpty)
        await again.stop()
        await shelf.close()
    }
}
