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
        ("PodiumExperiments", ["ArgumentParser", "Subprocess", "Glibc"]),
    ])
    func aTargetDoesNotKnow(target: String, others: [String]) throws {
        for source in try Self.sources() where source.target == target {
            for other in others {
                #expect(!source.text.contains("import \(other)\n"), "\(source.path) imports \(other)")
            }
        }
    }

    /// What each target of the manifest depends on; the build refuses imports that the manifest lacks.
    private static func manifest() throws -> [String: [String]] {
        let text = try String(contentsOf: Binary.root.appendingPathComponent("Package.swift"), encoding: .utf8)
        var targets: [String: [String]] = [:]
        for declaration in text.split(separator: #/(library|tests|[tT]arget|systemLibrary)\(/#).dropFirst() {
            let names = declaration.prefix { $0 != "]" }.matches(of: #/"([^"]+)"/#).map { String($0.1) }
            if let name = names.first { targets[name, default: []] += names.dropFirst() }
        }
        return targets
    }

    /// A target and all that is linked with it.
    private static func closure(of target: String, in manifest: [String: [String]]) -> Set<String> {
        var found: Set<String> = []
        var open = [target]
        while let next = open.popLast() {
            if found.insert(next).inserted { open += manifest[next] ?? [] }
        }
        return found
    }

    @Test(arguments: [
        ("PodiumCore", ["PodiumSpec", "PodiumStore", "PodiumEval"]),
        ("PodiumEval", ["PodiumBERT", "PodiumGraph", "PodiumStore"]),
        ("PodiumStore", ["PodiumBERT", "PodiumEval", "PodiumReport"]),
        ("PodiumScheduler", ["CLibPQ", "PodiumBERT"]),
        ("PodiumBERT", ["CPJRT", "COneDNN", "COpenBLAS", "CLibPQ", "PodiumEval"]),
        ("PodiumJobs", ["CLibPQ", "COneDNN", "CPJRT"]),
        // Showing history links no engine.
        ("PodiumReport", ["PodiumBERT", "PodiumGraph", "PodiumText", "PodiumStore"]),
        ("PodiumExperiments", ["PodiumBERT", "PodiumGraph", "PodiumCPU", "PodiumPJRT", "PodiumJobs"]),
        ("PodiumWeb", ["PodiumBERT", "PodiumGraph", "PodiumCPU", "PodiumPJRT", "PodiumJobs"]),
    ])
    func aTargetDoesNotLink(target: String, others: [String]) throws {
        let manifest = try Self.manifest()
        // That the manifest was understood.
        #expect(Self.closure(of: "podium", in: manifest).isSuperset(of: others))
        let closure = Self.closure(of: target, in: manifest)
        for other in others { #expect(!closure.contains(other), "\(target) links \(other)") }
    }

    @Test(arguments: [
        ("CLibPQ", "PodiumStore"), ("CLibXML2", "PodiumReport"), ("COpenBLAS", "PodiumCPU"), ("COneDNN", "PodiumCPU"),
        ("CPJRT", "PodiumPJRT"), ("CMPI", "PodiumMPI"),
        ("Yams", "PodiumSpec PodiumReport"), ("ArgumentParser", "podium"), ("FlyingFox", "PodiumWeb"),
        ("FlyingSocks", "PodiumWeb"), ("Mustache", "PodiumReport PodiumWeb"),
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

    /// A cloned child of a process with threads may wait for ever in glibc's `setuid`; `ServerTool` goes by `setpriv`.
    @Test func nobodyChangesTheUserOfAChild() throws {
        for source in try Self.sources() {
            for word in [".userID =", ".groupID =", ".supplementaryGroups =", "setuid(", "setgid("] {
                #expect(!source.text.contains(word), "\(source.path) has \(word)")
            }
        }
    }

    @Test func theUseCasesKnowNeitherTerminalNorProcess() throws {
        let sources = try Self.sources().filter { $0.target == "PodiumExperiments" }
        #expect(!sources.isEmpty)
        for source in sources {
            for word in ["Process(", "isatty(", "FileHandle.standard", "Terminal.", "exit(", "_exit(", "signal("] {
                // From the beginning of a word: `serverProcess(` starts none.
                let expression = try Regex("\\b\(NSRegularExpression.escapedPattern(for: word))")
                #expect(source.text.firstMatch(of: expression) == nil, "\(source.path) has \(word)")
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
