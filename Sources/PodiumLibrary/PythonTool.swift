internal import Foundation
internal import Subprocess

/// Python's standard library, for what Podium does rarely: pip, and unpacking archives.
package enum PythonTool {
    /// Fetches a package of PyPI, or a newer version of it, into a folder.
    package static func install(_ package: String, into folder: String) async throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try await run(
            [
                "-m", "pip", "install", "--quiet", "--upgrade", "--disable-pip-version-check", "--retries", "2",
                "--target", folder, package,
            ],
            failing: "cannot fetch the package \(package) (is there a network?)"
        )
    }

    static func run(_ arguments: [String], failing: String) async throws {
        do {
            let result = try await Subprocess.run(
                .name("python3"),
                arguments: Arguments(arguments),
                output: .discarded,
                error: .string(limit: 1 << 20)
            )
            guard result.terminationStatus.isSuccess else {
                let said = result.standardError.split(separator: "\n").last.map(String.init) ?? "no message"
                throw LibraryError(.unreachable, "\(failing): \(said)")
            }
        } catch let error as LibraryError {
            throw error
        } catch {
            throw LibraryError(.unreachable, "\(failing): python3 with pip is needed (\(error))")
        }
    }
}
