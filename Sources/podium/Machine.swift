import Foundation
import PodiumCPU
import PodiumDevices
import PodiumMigrations
import PodiumPJRT
import PodiumReport

/// Facts of this machine and this program.
enum Machine {
    /// Makes devices by this process's environment.
    static func devices(
        dataDirectory: String,
        products: CPUConfiguration.Products = .oneDNN,
        onHang: (@Sendable (PJRTError) -> Void)? = nil
    ) -> DeviceFactory {
        DeviceFactory(
            dataDirectory: dataDirectory,
            environment: ProcessInfo.processInfo.environment,
            cores: cores,
            products: products,
            onHang: onHang
        )
    }

    static let hostName = ProcessInfo.processInfo.hostName

    /// Tells this process from all others.
    static let processName = "\(hostName):\(ProcessInfo.processInfo.processIdentifier)"

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
