import Foundation
import Subprocess
import SystemPackage
import Testing

/// The built `podium` binary, run as a user would run it.
struct Binary {
    struct Outcome {
        var status: Int32
        var output: String
        var error: String
    }

    /// The package's root folder.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Where the test bundle and the binary were built to.
    static let path: String = {
        let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let beside = folder.appendingPathComponent("podium").path
        return FileManager.default.isExecutableFile(atPath: beside)
            ? beside : root.appendingPathComponent(".build/release/podium").path
    }()

    /// The data directory given to every call.
    let dataDirectory: String

    func run(_ arguments: String..., environment: [String: String] = [:]) async throws -> Outcome {
        try await run(arguments, environment: environment)
    }

    func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> Outcome {
        var variables: [Environment.Key: String?] = [:]
        for (name, value) in environment { variables[Environment.Key(stringLiteral: name)] = value }
        variables["PODIUM_DATA_DIR"] = dataDirectory
        variables["PODIUM_DATABASE"] = .some(environment["PODIUM_DATABASE"])
        let result = try await Subprocess.run(
            .path(.init(Self.path)),
            arguments: Arguments(arguments),
            environment: .inherit.updating(variables),
            workingDirectory: .init(Self.root.path),
            output: .string(limit: 1 << 24),
            error: .string(limit: 1 << 24)
        )
        let status: Int32 =
            switch result.terminationStatus {
            case .exited(let code): code
            case .signaled(let signal): 128 + signal
            }
        return Outcome(status: status, output: result.standardOutput, error: result.standardError)
    }
}

/// A folder of its own for one test, removed at the end.
func withTemporaryFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("podium-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder.path)
}
