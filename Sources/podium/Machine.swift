import Foundation
import PodiumCPU
import PodiumCore
import PodiumDevices
import PodiumGraph
import PodiumMigrations
import PodiumPJRT
import PodiumReport

/// Facts of this machine and this program.
enum Machine {
    /// Makes devices by this process's environment.
    static func devices(
        dataDirectory: String,
        products: CPUConfiguration.MatmulLibrary = .oneDNN,
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

    static let operatingSystem =
        value(of: "PRETTY_NAME", in: "/etc/os-release", separator: "=")
        ?? ProcessInfo.processInfo.operatingSystemVersionString

    /// The processor's own name.
    static let processor = value(of: "model name", in: "/proc/cpuinfo", separator: ":") ?? "unknown"

    /// What wrote a report; what computed its numbers is in the runs.
    static func provenance() -> Report.Provenance {
        Report.Provenance(
            version: Podium.version,
            commit: Podium.commit.map { $0.replacing("-modified", with: "") },
            isModified: Podium.commit?.hasSuffix("-modified") ?? false,
            host: hostName,
            operatingSystem: operatingSystem,
            cpu: processor,
            cores: cores,
            device: "cpu",
            databaseSchema: Migration.all.map(\.version).max() ?? 0
        )
    }

    /// On what a run is computed here.
    ///
    /// - Parameter device: the one that was made for the run.
    static func environment(of spec: RunSpec, on device: any GraphDevice) throws -> AttemptEnvironment {
        var name = spec.resources.device.rawValue
        var instructions = "the device's own"
        if let cpu = device as? CPUDevice {
            instructions = cpu.instructions
        } else if let accelerator = device as? PJRTDevice {
            let kind = accelerator.client.deviceKind
            name += " (\(spec.resources.replicas) × \(kind))"
        }
        return AttemptEnvironment(
            version: Podium.version,
            commit: Podium.commit,
            host: hostName,
            operatingSystem: operatingSystem,
            processor: processor,
            cores: cores,
            device: name,
            threads: spec.resources.threads,
            precision: (spec.work.engine?.precision ?? .float32).rawValue,
            instructions: instructions
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
