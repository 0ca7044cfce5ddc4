import Foundation
import PodiumLibrary
import RealData
import Testing

/// Benchmark files from a server of our own (Fixtures/hub_server.py, `glue`).
@Suite struct DataLibraryTests {
    private func library(_ hub: Hub) -> DataLibrary {
        var hosts = DataLibrary.Hosts()
        let address = "http://127.0.0.1:\(hub.port)/glue"
        (hosts.glue, hosts.mrpc, hosts.squad) = (address, address, address)
        return DataLibrary(directory: "\(hub.root)/data", hosts: hosts, pauses: [])
    }

    @Test func filesThatAreNotTheOfficialOnesAreRefused() async throws {
        let hub = try Hub()
        defer { hub.stop() }
        try FileManager.default.createDirectory(atPath: "\(hub.root)/files/CoLA", withIntermediateDirectories: true)
        try Data("not CoLA\n".utf8).write(to: URL(fileURLWithPath: "\(hub.root)/files/CoLA/train.tsv"))
        try Data("{}".utf8).write(to: URL(fileURLWithPath: "\(hub.root)/files/train-v1.1.json"))
        for collection in DataLibrary.Collection.allCases {
            let library = library(hub)
            let error = await #expect(throws: LibraryError.self) { _ = try await library.pull(collection) { _ in } }
            #expect(error?.code == .malformed)
            #expect(error?.message.contains("not the official file's") == true)
            let kept = try FileManager.default.contentsOfDirectory(
                atPath: "\(library.directory)/\(collection.rawValue)"
            )
            #expect(kept.isEmpty, "\(kept)")
        }
    }

    @Test(.realData) func officialFilesArriveInTheLayoutThatTasksRead() async throws {
        let hub = try Hub(serving: "\(try RealData.root)/glue")
        defer { hub.stop() }
        let files = try await library(hub).pull(.glue) { _ in }
        func verdict(_ name: String) -> Bool?? { files.first { $0.path.hasSuffix("/glue/\(name)") }?.isOfficial }
        for name in [
            "CoLA/train.tsv", "SST-2/dev.tsv", "STS-B/test.tsv", "MRPC/train.tsv", "MRPC/dev.tsv", "MRPC/test.tsv",
        ] {
            #expect(verdict(name) == .some(.some(true)), "\(name)")
        }
        #expect(verdict("QQP/train.tsv") == .some(.none))
        #expect(files.contains { $0.path.hasSuffix("/AX/diagnostic.tsv") })
        // A second time nothing is asked for.
        let asked = try hub.requests().count
        _ = try await library(hub).pull(.glue) { _ in }
        #expect(try hub.requests().count == asked)
    }
}

@Suite struct FetchedTests {
    @Test(arguments: [(true, "official"), (false, "not the official file"), (nil, "no known digest")])
    func aFetchedFileIsToldWithItsVerdict(isOfficial: Bool?, verdict: String) {
        let file = DataLibrary.Fetched(path: "/d/MRPC/dev.tsv", sha256: "ab", isOfficial: isOfficial)
        #expect(file.text == "ab  /d/MRPC/dev.tsv  \(verdict)")
    }
}
