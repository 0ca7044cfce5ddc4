import Foundation
import Testing

/// The house's rules, each an absence in the sources.
struct InvariantTests {
    private struct Source {
        var target: String
        var path: String
        var text: String
    }

    private static func sources() throws -> [Source] {
        let root = Binary.root.appendingPathComponent("Sources")
        let paths = FileManager.default.enumerator(atPath: root.path)?.allObjects.compactMap { $0 as? String } ?? []
        return try paths.filter { $0.hasSuffix(".swift") }.map { path in
            Source(
                target: String(path.split(separator: "/")[0]),
                path: path,
                text: try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
            )
        }
    }

    @Test(arguments: [
        ("PodiumEval", ["PodiumBERT", "PodiumStore", "PodiumGraph"]),
        ("PodiumBERT", ["PodiumCPU", "COpenBLAS", "COneDNN", "CPJRT", "PodiumStore"]),
        ("PodiumGraph", ["PodiumCPU", "COpenBLAS", "COneDNN"]),
        ("PodiumScheduler", ["PodiumStore", "PodiumBERT", "CLibPQ"]),
        ("PodiumJobs", ["PodiumStore", "CLibPQ", "PodiumCPU"]),
        ("PodiumCore", ["Foundation", "PodiumStore"]),
    ])
    func aTargetDoesNotKnow(target: String, others: [String]) throws {
        for source in try Self.sources() where source.target == target {
            for other in others {
                #expect(!source.text.contains("import \(other)\n"), "\(source.path) imports \(other)")
            }
        }
    }

    @Test(arguments: [
        ("CLibPQ", "PodiumStore"), ("CLibXML2", "PodiumReport"), ("COpenBLAS", "PodiumCPU"), ("COneDNN", "PodiumCPU"),
        ("CPJRT", "PodiumPJRT"),
        ("Yams", "PodiumSpec PodiumReport"), ("ArgumentParser", "podium"),
    ])
    func aLibraryIsKnownToOneRoom(library: String, rooms: String) throws {
        for source in try Self.sources() where source.text.contains("import \(library)\n") {
            #expect(rooms.contains(source.target), "\(source.path) imports \(library)")
        }
    }

    @Test func onlyTheCommandPrintsAndReadsTheEnvironment() throws {
        for source in try Self.sources() where source.target != "podium" {
            for word in ["getenv(", "ProcessInfo.processInfo.environment", " print(", "fatalError(", "try!"] {
                #expect(!source.text.contains(word), "\(source.path) has \(word)")
            }
        }
    }

    @Test func everyExampleJobIsRead() async throws {
        let place = try Place()
        defer { place.tearDown() }
        let jobs = Binary.root.appendingPathComponent("jobs").path
        let files = try FileManager.default.contentsOfDirectory(atPath: jobs).filter { $0.hasSuffix(".yaml") }
        #expect(files.count >= 5)
        for file in files {
            // Read in full before the database is looked for, which is not there.
            let outcome = try await place.binary.run("submit", "\(jobs)/\(file)")
            #expect(outcome.status == 3 && outcome.error.contains("podium up"), "\(file): \(outcome.error)")
        }
    }
}
