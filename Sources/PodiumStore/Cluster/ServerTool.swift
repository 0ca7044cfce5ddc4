import Subprocess
import SystemPackage

/// A program of the server's installation, run to its end.
struct ServerTool: Sendable {
    private let path: String
    private let arguments: [String]
    private let user: ServerUser?

    init(_ path: String, _ arguments: [String], as user: ServerUser?) {
        self.path = path
        self.arguments = arguments
        self.user = user
    }

    struct Output: Sendable {
        var isSuccess: Bool
        /// Standard output and error together.
        var text: String
    }

    /// Runs the program, in English, from the root directory (the server's user may not enter ours).
    func run() async throws(StoreError) -> Output {
        var options = PlatformOptions()
        if let user, user.isOther {
            options.userID = user.id
            options.groupID = user.group
            options.supplementaryGroups = [user.group]
        }
        do {
            let result = try await Subprocess.run(
                .path(FilePath(path)),
                arguments: Arguments(arguments),
                environment: .custom(["PATH": "/usr/bin:/bin", "LC_ALL": "C"]),
                workingDirectory: "/",
                platformOptions: options,
                output: .string(limit: 1 << 20),
                error: .string(limit: 1 << 20)
            )
            return Output(
                isSuccess: result.terminationStatus.isSuccess,
                text: result.standardOutput + result.standardError
            )
        } catch {
            throw StoreError(.cluster, "cannot run \(path): \(error)")
        }
    }

    /// The output of a program that must succeed.
    func output() async throws(StoreError) -> String {
        let output = try await run()
        guard output.isSuccess else { throw StoreError(.cluster, "\(path) failed: \(output.text)") }
        return output.text
    }
}
