import Foundation
import PodiumFiles
import PodiumLibrary
import Testing

/// Models of the hub, from a server that misbehaves in every way we know (Fixtures/hub_server.py).
@Suite struct HubTests {
    private func withHub(_ body: (Hub) async throws -> Void) async throws {
        let hub = try Hub()
        defer { hub.stop() }
        try await body(hub)
    }

    private func refusal(_ hub: Hub, _ mode: String, _ name: String = "o/m") async throws -> LibraryError? {
        let library = hub.library(mode)
        let error = await #expect(throws: LibraryError.self) { try await library.pull(name) { _ in } }
        #expect(!library.isPulled(name))
        return error
    }

    @Test(arguments: ["ok", "breaks", "ignores", "busy", "elsewhere"])
    func whateverTheHubDoesTheFilesAreWhole(mode: String) async throws {
        try await withHub { (hub: Hub) async throws in
            try await hub.library(mode).pull("o/m") { _ in }
            #expect(try hub.isWhole())
            #expect(hub.library(mode).isPulled("o/m"))
            let source = try String(contentsOfFile: "\(hub.root)/models/o/m/source.json", encoding: .utf8)
            #expect(source.contains("0123456789abcdef0123456789abcdef01234567"))
            let digest = try Digest.sha256(file: "\(hub.root)/files/model.safetensors")
            #expect(source.contains(digest))
            // Neither what is not needed nor what was left on the way.
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(hub.root)/models/o/m").sorted()
            #expect(names == ["config.json", "model.safetensors", "source.json", "vocab.txt"])
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(hub.root)/models/o") == ["m"])
        }
    }

    @Test func aBrokenTransferGoesOnWhereItEnded() async throws {
        try await withHub { (hub: Hub) async throws in
            try await hub.library("breaks").pull("o/m") { _ in }
            let ranges = try hub.requests().filter { $0.method == "GET" && $0.path.contains("/cdn/") }.map(\.range)
            #expect(ranges == ["", "bytes=100000-", "bytes=166666-"])
        }
    }

    @Test func theTokenIsToldToTheHubAlone() async throws {
        try await withHub { (hub: Hub) async throws in
            try await hub.library("elsewhere", token: "secret").pull("o/m") { _ in }
            for request in try hub.requests() {
                let isHub = request.host.hasPrefix("127.0.0.1")
                #expect(request.authorization == (isHub ? "Bearer secret" : ""), "\(request)")
            }
            #expect(try hub.requests().contains { $0.host.hasPrefix("localhost") })
        }
    }

    @Test func whoIsDeniedIsToldWhatThatHostWants() async throws {
        try await withHub { (hub: Hub) async throws in
            let hubs = await #expect(throws: LibraryError.self) { try await hub.library("denied").pull("o/m") { _ in } }
            #expect(hubs?.message.contains("access denied (401); a gated or private model needs HF_TOKEN") == true)
            let daemon = try ArtifactClient(address: "http://127.0.0.1:\(hub.port)", token: "podium_old")
            let file = ArtifactClient.File(name: "", sha256: String(repeating: "a", count: 64), bytes: 5)
            let denied = #expect(throws: LibraryError.self) { try daemon.fetch(file, to: "\(hub.root)/file") }
            let said = denied?.message ?? ""
            #expect(said.contains("access denied (401)") && said.contains("--token-file"), "\(said)")
            #expect(!said.contains("HF_TOKEN"))
        }
    }

    @Test(arguments: [
        ("wrong", "another digest"), ("more", "more than the announced 300000 bytes"),
        ("fewer", "299990 of 300000 bytes"),
        ("loops", "redirects"), ("nameless", "no digest"), ("other-part", "another part"),
        ("pickles", "pytorch_model.bin"),
    ])
    func whatIsNotAsAnnouncedIsRefused(mode: String, saying: String) async throws {
        try await withHub { (hub: Hub) async throws in
            let error = try await refusal(hub, mode)
            #expect(error?.message.contains(saying) == true, "\(error?.message ?? "")")
        }
    }

    @Test func unknownModelsAndHostsAreTold() async throws {
        try await withHub { (hub: Hub) async throws in
            #expect(try await refusal(hub, "ok", "o/other")?.code == .unknownName)
            #expect(try await refusal(hub, "ok", "no-such")?.code == .unknownName)
            #expect(try await refusal(hub, "ok", "../etc")?.code == .unknownName)
            let offline = ModelLibrary(directory: "\(hub.root)/models", hub: HubOptions(endpoint: "http://127.0.0.1:9"))
            let error = await #expect(throws: LibraryError.self) { try await offline.pull("o/m") { _ in } }
            #expect(error?.code == .unreachable)
            #expect(error?.message.contains("place config.json, vocab.txt and model.safetensors") == true)
        }
    }

    @Test(arguments: [
        ("uncased_L-2_H-128_A-2", true), ("cased_L-12_H-768_A-12", false), ("wwm_cased_L-24_H-1024_A-16", false),
    ])
    func archivesOfTheReleaseAreModelsWithTheirCasing(name: String, lowercases: Bool) async throws {
        try await withHub { (hub: Hub) async throws in
            for file in ["bert_config.json", "bert_model.ckpt.index", "bert_model.ckpt.data-00000-of-00001"] {
                try Data("{}".utf8).write(to: URL(fileURLWithPath: "\(hub.root)/files/\(file)"))
            }
            let library = ModelLibrary(
                directory: "\(hub.root)/models",
                releaseHost: "http://127.0.0.1:\(hub.port)/release"
            )
            try await library.pull(name) { _ in }
            #expect(library.isPulled(name))
            let names = try FileManager.default.contentsOfDirectory(atPath: library.path(of: name)).sorted()
            #expect(
                names == [
                    "bert_config.json", "bert_model.ckpt.data-00000-of-00001", "bert_model.ckpt.index",
                    "tokenizer_config.json", "vocab.txt",
                ]
            )
            let text = try String(contentsOfFile: "\(library.path(of: name))/tokenizer_config.json", encoding: .utf8)
            #expect(text.contains("\(lowercases)"))
            let unknown = await #expect(throws: LibraryError.self) {
                try await library.pull("uncased_L-3_H-100_A-1") { _ in }
            }
            #expect(unknown?.code == .unknownName)
        }
    }

    @Test func aCacheThatIsThereIsReadAndVerified() async throws {
        try await withHub { (hub: Hub) async throws in
            let files = FileManager.default
            let model = "\(hub.root)/cache/models--o--m"
            let commit = String(repeating: "a", count: 40)
            let snapshot = "\(model)/snapshots/\(commit)"
            for folder in [snapshot, "\(model)/refs", "\(model)/blobs"] {
                try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
            }
            try Data(commit.utf8).write(to: URL(fileURLWithPath: "\(model)/refs/main"))
            for name in ["config.json", "vocab.txt", "model.safetensors"] {
                let digest = try Digest.sha256(file: "\(hub.root)/files/\(name)")
                try files.copyItem(atPath: "\(hub.root)/files/\(name)", toPath: "\(model)/blobs/\(digest)")
                try files.createSymbolicLink(
                    atPath: "\(snapshot)/\(name)",
                    withDestinationPath: "../../blobs/\(digest)"
                )
            }
            try await hub.library("ok", caches: ["\(hub.root)/none", "\(hub.root)/cache"]).pull("o/m") { _ in }
            #expect(try hub.isWhole())
            #expect(try hub.requests().isEmpty)
            // A blob that is not what it is called.
            let digest = try Digest.sha256(file: "\(hub.root)/files/vocab.txt")
            try Data("other".utf8).write(to: URL(fileURLWithPath: "\(model)/blobs/\(digest)"))
            let library = ModelLibrary(
                directory: "\(hub.root)/more",
                hub: HubOptions(endpoint: "http://127.0.0.1:9", caches: ["\(hub.root)/cache"])
            )
            let error = await #expect(throws: LibraryError.self) { try await library.pull("o/m") { _ in } }
            #expect(error?.message.contains("damaged") == true)
        }
    }
}
