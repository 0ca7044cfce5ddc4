import Foundation
import Testing

/// A data directory of its own with background processes of Podium in it; all are gone at the end.
final class Place {
    let folder: String
    let binary: Binary
    private var processes: [Process] = []

    struct Timeout: Error {
        var what: String
    }

    /// A command said no; while a server restarts that is no failure of a test.
    struct Refused: Error {
        var message: String
    }

    init() throws {
        folder = "/tmp/podium-e2e-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        binary = Binary(dataDirectory: "\(folder)/data")
    }

    /// Starts `podium ARGUMENTS` in the background; what it says goes to a file.
    func start(_ arguments: String..., environment: [String: String] = [:]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Binary.path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
            .merging(["PODIUM_DATA_DIR": binary.dataDirectory]) { $1 }
        let log = "\(folder)/\(arguments[0]).log"
        if !FileManager.default.fileExists(atPath: log) {
            _ = FileManager.default.createFile(atPath: log, contents: nil)
        }
        let handle = try #require(FileHandle(forWritingAtPath: log))
        try handle.seekToEnd()
        process.standardError = handle
        process.standardOutput = handle
        process.standardInput = FileHandle.nullDevice
        try process.run()
        processes.append(process)
        return process
    }

    /// Starts database, scheduler and worker, and waits until they answer.
    func up() async throws -> Process {
        let process = try start("up")
        try await waitForDatabase()
        return process
    }

    func waitForDatabase() async throws {
        try await wait("the database") { try await self.binary.run("queue").status == 0 }
    }

    /// Ends everything, the private server too.
    func tearDown() {
        for process in processes.reversed() where process.isRunning {
            process.terminate()
            for _ in 0..<100 where process.isRunning { usleep(100_000) }
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        }
        if let server = serverProcess {
            kill(server, SIGQUIT)
            for _ in 0..<300 where kill(server, 0) == 0 { usleep(10_000) }
        }
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// The private server's process.
    var serverProcess: pid_t? {
        let text = try? String(contentsOfFile: "\(binary.dataDirectory)/postgres/data/postmaster.pid", encoding: .utf8)
        return text?.split(separator: "\n").first.flatMap { pid_t($0) }
    }

    /// The engine that runs now.
    var engineProcess: pid_t? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        for name in names {
            guard let number = pid_t(name),
                let line = FileManager.default.contents(atPath: "/proc/\(name)/cmdline")
            else { continue }
            let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            guard words.count > 2, words[1] == "engine", let folder = words.last else { continue }
            if folder.hasPrefix(binary.dataDirectory) { return number }
        }
        return nil
    }

    func write(_ name: String, _ text: String) throws -> String {
        let path = "\(folder)/\(name)"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// Looks until something holds; that it cannot be looked at (a server restarts) is waited out too.
    func wait(_ what: String, seconds: Double = 120, until holds: () async throws -> Bool) async throws {
        let end = Date().addingTimeInterval(seconds)
        while Date() < end {
            if (try? await holds()) == true { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        let logs = ["up", "daemon", "worker"].compactMap {
            try? String(contentsOfFile: "\(folder)/\($0).log", encoding: .utf8)
        }
        Issue.record("waited in vain for \(what); logs: \(logs.joined(separator: "\n"))")
        throw Timeout(what: what)
    }

    // MARK: What users read

    /// A run as `podium queue --json` shows it.
    struct Run: Decodable {
        struct Spec: Decodable {
            var name: String
        }
        struct Progress: Decodable {
            var step: Int
        }
        var id: Int64
        var state: String
        var attempt: Int
        var reason: String?
        var spec: Spec
        var progress: Progress?
    }

    /// A run as `podium show --json` shows it.
    struct Shown: Decodable {
        struct Attempt: Decodable {
            var outcome: String?
            var resumedFromStep: Int?
        }
        struct Result: Decodable {
            var metrics: [String: Double]
            var score: Double?
            var trainingFlops: Double?
            var startWeightsSHA256: String?
            var notes: [String]?
        }
        struct Artifact: Decodable {
            struct Facts: Decodable {
                var kind: String
                var step: Int?
                var path: String
                var sha256: String
            }
            var artifact: Facts
            var removedAt: Double?
        }
        var run: Run
        var attempts: [Attempt]
        var result: Result?
        var artifacts: [Artifact]

        /// The model that the run ended with.
        var model: Artifact.Facts? {
            artifacts.last { $0.artifact.kind == "model" && $0.removedAt == nil }?.artifact
        }
    }

    func runs(suite: String) async throws -> [Run] {
        let outcome = try await binary.run("queue", "--suite", suite, "--all", "--json")
        guard outcome.status == 0 else { throw Refused(message: outcome.error) }
        return try JSONDecoder().decode([Run].self, from: Data(outcome.output.utf8))
    }

    func show(_ run: Int64) async throws -> Shown {
        let outcome = try await binary.run("show", "\(run)", "--json")
        guard outcome.status == 0 else { throw Refused(message: outcome.error) }
        return try JSONDecoder().decode(Shown.self, from: Data(outcome.output.utf8))
    }

    /// Queues a file and returns its suite's number.
    func submit(_ file: String, _ arguments: String...) async throws -> String {
        let outcome = try await binary.run(["submit", file, "--parsable"] + arguments)
        try #require(outcome.status == 0, "\(outcome.error)")
        return outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
