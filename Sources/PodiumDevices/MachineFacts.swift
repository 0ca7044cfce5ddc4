internal import Foundation
internal import PodiumCPU
package import PodiumCore
package import PodiumGraph
internal import PodiumPJRT

/// What this machine is, as its operating system tells.
package struct MachineFacts: Sendable {
    package let host: String
    package let operatingSystem: String
    /// The processor's own name.
    package let processor: String
    /// Cores that this process may use.
    package let cores: Int

    /// This machine.
    package init() {
        let process = ProcessInfo.processInfo
        host = process.hostName
        operatingSystem =
            Self.value(of: "PRETTY_NAME", in: Self.text("/etc/os-release"), separator: "=")
            ?? process.operatingSystemVersionString
        processor = Self.value(of: "model name", in: Self.text("/proc/cpuinfo"), separator: ":") ?? "unknown"
        cores = max(1, process.activeProcessorCount)
    }

    package init(host: String, operatingSystem: String, processor: String, cores: Int) {
        self.host = host
        self.operatingSystem = operatingSystem
        self.processor = processor
        self.cores = cores
    }

    /// Most memory that this process ever held, in bytes; 0 where the system does not tell.
    package static func peakMemory() -> Double {
        let kibibytes = value(of: "VmHWM", in: text("/proc/self/status"), separator: ":")?.split(separator: " ").first
        return kibibytes.flatMap { Double($0) }.map { $0 * 1024 } ?? 0
    }

    /// The first value of a key in lines of the form `key: value`, without quotes around it.
    package static func value(of key: String, in text: String, separator: Character) -> String? {
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: separator, maxSplits: 1)
            guard parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) == key else { continue }
            return parts[1].trimmingCharacters(in: CharacterSet(charactersIn: " \t\""))
        }
        return nil
    }

    private static func text(_ path: String) -> String {
        (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }

    /// On what a run is computed here.
    ///
    /// - Parameters:
    ///   - device: the one that was made for the run.
    ///   - version: Podium's.
    ///   - commit: Podium's, where the build was told.
    package func environment(
        of spec: RunSpec,
        on device: any GraphDevice,
        version: String,
        commit: String?
    ) -> AttemptEnvironment {
        var name = spec.resources.device.rawValue
        var instructions = "the device's own"
        if let cpu = device as? CPUDevice {
            instructions = cpu.instructions
        } else if let accelerator = device as? PJRTDevice {
            name += " (\(spec.resources.replicas) × \(accelerator.client.deviceKind))"
        }
        return AttemptEnvironment(
            version: version,
            commit: commit,
            host: host,
            operatingSystem: operatingSystem,
            processor: processor,
            cores: cores,
            device: name,
            threads: spec.resources.threads,
            precision: (spec.work.engine?.precision ?? .float32).rawValue,
            instructions: instructions
        )
    }
}
