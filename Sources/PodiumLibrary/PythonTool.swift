internal import Subprocess

/// Python's standard library, for what Podium does rarely: pip, and unpacking archives.
enum PythonTool {
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
