import Foundation
import PodiumCPU
import PodiumMigrations
import PodiumReport

/// Facts of this machine and this program.
enum Machine {
    /// The environment variable that narrows the kernels' instruction set, to test one or to measure what it gains.
    static let instructionsVariable = "PODIUM_INSTRUCTIONS"

    /// The instruction set that the environment asks for; nil for the widest there is.
    static func instructions() throws -> CPUConfiguration.Instructions? {
        guard let name = ProcessInfo.processInfo.environment[instructionsVariable], !name.isEmpty else { return nil }
        guard let known = CPUConfiguration.Instructions.allCases.first(where: { "\($0)" == name }) else {
            let names = CPUConfiguration.Instructions.allCases.map { "\($0)" }.joined(separator: ", ")
            throw Failure(.usage, "\(instructionsVariable) is \"\(name)\"; it can be one of \(names)")
        }
        return known
    }

    static let hostName = ProcessInfo.processInfo.hostName

    /// Cores that this process may use.
    static let cores = max(1, ProcessInfo.processInfo.activeProcessorCount)

    /// Most memory that this process ever held, in bytes.
    static var peakMemory: Double {
        (value(of: "VmHWM", in: "/proc/self/status", separator: ":")?.split(separator: " ").first)
            .flatMap { Double($0) }.map { $0 * 1024 } ?? 0
    }

    /// The path of the running binary, which is started again as the engine.
    static func ownExecutable() throws -> String {
        do {
            return try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        } catch {
            throw Failure(
                .trouble,
                "cannot find the running program through /proc/self/exe: \(error.localizedDescription)"
            )
        }
    }

    /// What reports say of how their numbers came about.
    static func provenance(device: String = "cpu") -> Report.Provenance {
        Report.Provenance(
            version: Podium.version,
            host: hostName,
            operatingSystem: value(of: "PRETTY_NAME", in: "/etc/os-release", separator: "=")
                ?? ProcessInfo.processInfo.operatingSystemVersionString,
            cpu: value(of: "model name", in: "/proc/cpuinfo", separator: ":") ?? "unknown",
            cores: cores,
            device: device,
            databaseSchema: Migration.all.map(\.version).max() ?? 0
        )
    }

    private static func value(of key: String, in file: String, separator: Character) -> String? {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: separator, maxSplits: 1)
            guard parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) == key else { continue }
            return parts[1].trimmingCharacters(in: CharacterSet(charactersIn: " \t\""))
        }
        return nil
    }
}
