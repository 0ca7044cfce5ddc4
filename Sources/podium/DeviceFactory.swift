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
        let replicas = spec.resources.replicas ?? 1
        let plugin = try Plugin(path: search.path(of: kind))
        let client =
            kind == .xlaCPU ? try Client.onCPU(plugin, devices: replicas, cores: Machine.cores) : try Client(plugin)
        return try PJRTDevice(
            client,
            PJRTConfiguration(
                precision: isNarrow ? .bfloat16 : .float32,
                clipping: spec.training.clipping == .bert2018 ? .bert2018 : .global,
                replicas: replicas,
                cacheFolder: dataDirectory + "/cache/pjrt",
                buckets: Buckets(rowWidth: spec.training.maxSequenceLength)
            )
        )
    }

    private var search: PluginSearch {
        PluginSearch(environment: ProcessInfo.processInfo.environment, installed: pluginFolder)
    }
}
