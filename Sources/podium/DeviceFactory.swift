import ArgumentParser
import Foundation
import PodiumCPU
import PodiumCore
import PodiumGraph
import PodiumPJRT

extension ComputeDevice: ExpressibleByArgument {
    /// The plug-in behind it; nil for our own executor.
    var plugin: PluginKind? {
        switch self {
        case .cpu: nil
        case .xlaCPU: .xlaCPU
        case .tpu: .tpu
        case .cuda: .cuda
        }
    }
}

/// Makes the device that a run asks for.
struct DeviceFactory {
    /// Plug-ins that were installed and programs that were compiled lie in it.
    let dataDirectory: String
    var products: CPUConfiguration.Products = .oneDNN
    /// Hears of a plug-in that hangs; the process should end.
    var onHang: (@Sendable (PJRTError) -> Void)?

    /// Seconds that a transfer or a step may take before a device counts as hung.
    static let timeoutVariable = "PODIUM_DEVICE_TIMEOUT"

    /// Where `podium device install` puts packages.
    var pluginFolder: String { dataDirectory + "/plugins" }

    /// The library of a device's plug-in; an error that says how to get it if there is none.
    func pluginPath(of device: ComputeDevice) throws -> String? {
        guard let kind = device.plugin else { return nil }
        return try search.path(of: kind)
    }

    /// libtpu, which compiles without a TPU; a plug-in that is named for running is not meant here.
    func compilerPath() throws -> String {
        var environment = ProcessInfo.processInfo.environment
        environment[PluginSearch.variable] = nil
        return try PluginSearch(environment: environment, installed: pluginFolder).path(of: .tpu)
    }

    func device(for spec: RunSpec) throws -> any GraphDevice {
        guard let device = ComputeDevice(rawValue: spec.resources.device) else {
            throw Failure(.usage, "there is no device \"\(spec.resources.device)\"")
        }
        let isNarrow = spec.training.precision == .bf16
        guard let kind = device.plugin, spec.kind != .report else {
            return try CPUDevice(
                CPUConfiguration(
                    threads: spec.resources.threads,
                    products: products,
                    precision: isNarrow ? .bfloat16 : .float32,
                    instructions: Machine.instructions()
                )
            )
        }
        return try self.device(
            of: kind,
            PJRTConfiguration(
                precision: isNarrow ? .bfloat16 : .float32,
                clipping: spec.training.clipping == .bert2018 ? .bert2018 : .global,
                replicas: spec.resources.replicas ?? 1,
                buckets: Buckets(rowWidth: spec.training.maxSequenceLength)
            )
        )
    }

    /// The devices of a plug-in, with compiled programs kept in the data directory.
    func device(of kind: PluginKind, _ configuration: PJRTConfiguration) throws -> PJRTDevice {
        var configuration = configuration
        configuration.cacheFolder = dataDirectory + "/cache/pjrt"
        return try PJRTDevice(client(of: kind, replicas: configuration.replicas), configuration)
    }

    /// The devices that a plug-in finds; XLA's CPU has as many as are asked for.
    func client(of kind: PluginKind, replicas: Int = 1) throws -> Client {
        let timeout = try Self.timeout(ProcessInfo.processInfo.environment[Self.timeoutVariable])
        let plugin = try Plugin(path: search.path(of: kind))
        guard kind == .xlaCPU else { return try Client(plugin, timeout: timeout, onHang: onHang) }
        return try Client.onCPU(plugin, devices: replicas, cores: Machine.cores, timeout: timeout, onHang: onHang)
    }

    private static func timeout(_ text: String?) throws -> Duration {
        guard let text, !text.isEmpty else { return .seconds(600) }
        guard let seconds = Double(text), seconds > 0, seconds.isFinite else {
            throw Failure(.usage, "\(timeoutVariable) is \"\(text)\", not a number of seconds")
        }
        return .seconds(seconds)
    }

    private var search: PluginSearch {
        PluginSearch(environment: ProcessInfo.processInfo.environment, installed: pluginFolder)
    }
}
