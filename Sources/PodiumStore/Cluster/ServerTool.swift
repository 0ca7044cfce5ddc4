import Glibc
import Subprocess
import SystemPackage

/// A program of the server's installation, run to its end.
struct ServerTool: Sendable {
    private let path: String
    private let arguments: [String]
    private let user: ServerUser?
    private let environment: [String: String]

    /// - Parameter environment: beside the search path and the locale; nothing else is inherited.
    init(_ path: String, _ arguments: [String], as user: ServerUser?, environment: [String: String] = [:]) {
        self.path = path
        self.arguments = arguments
        self.user = user
        self.environment = environment
    }

    struct Output: Sendable {
        var isSuccess: Bool
        /// Standard output and error together.
        var text: String
    }

    /// Runs the program, in English, from the root directory (the server's user may not enter ours).
    func run() async throws(StoreError) -> Output {
        do {
            let result = try await Subprocess.run(
                .path(FilePath(command[0])),
                arguments: Arguments(Array(command.dropFirst())),
                environment: fullEnvironment,
                workingDirectory: "/",
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

    /// Runs the program with its output, and that of what it starts and leaves running, at the end of a file.
    ///
    /// - Returns: whether it succeeded.
    func run(appendingTo log: String) async throws(StoreError) -> Bool {
        let descriptor = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Directory.failure("open \(log)") }
        let file = FileDescriptor(rawValue: descriptor)
        defer { try? file.close() }
        if let user { _ = fchown(descriptor, user.id, user.group) }
        do {
            let result = try await Subprocess.run(
                .path(FilePath(command[0])),
                arguments: Arguments(Array(command.dropFirst())),
                environment: fullEnvironment,
                workingDirectory: "/",
                input: .none,
                output: .fileDescriptor(file, closeAfterSpawningProcess: false),
                error: .fileDescriptor(file, closeAfterSpawningProcess: false)
            )
            return result.terminationStatus.isSuccess
        } catch {
            throw StoreError(.cluster, "cannot run \(path): \(error)")
        }
    }

    private var fullEnvironment: Environment {
        let base = ["PATH": "/usr/bin:/bin", "LC_ALL": "C"].merging(environment) { $1 }
        return .custom(Dictionary(uniqueKeysWithValues: base.map { (Environment.Key(stringLiteral: $0), $1) }))
    }

    /// The program, by way of `setpriv` (util-linux) where another user runs it.
    ///
    /// Not by the user of `PlatformOptions`: the child of a cloned process would call `setgroups`, `setgid` and `setuid`, for which
    /// glibc waits for all threads that it remembers, and those of the parent are not there. Where one of them was being
    /// started in that moment, the child waits for ever.
    private var command: [String] {
        guard let user, user.isOther else { return [path] + arguments }
        return ["/usr/bin/setpriv", "--reuid=\(user.id)", "--regid=\(user.group)", "--clear-groups", path] + arguments
    }

    /// The output of a program that must succeed.
    func output() async throws(StoreError) -> String {
        let output = try await run()
        guard output.isSuccess else { throw StoreError(.cluster, "\(path) failed: \(output.text)") }
        return output.text
    }
}
