internal import CPJRT
internal import Foundation
internal import PodiumGraph
internal import Synchronization

/// A plug-in's client: the devices of this process.
package final class Client {
    package let plugin: Plugin
    /// How long a transfer or a step may take before the device counts as hung.
    package let timeout: Duration
    /// Compilers are slow on large programs, and have no device to wait for.
    let compileTimeout: Duration
    /// Over calls that block; what waits for an event has its own limit.
    private let watch: CallWatch?
    package let platformName: String
    package let platformVersion: String
    /// Kind of the first device, as "TPU v2" or "cpu".
    package let deviceKind: String
    let handle: OpaquePointer
    let devices: [OpaquePointer]
    let deviceIDs: [Int]
    /// Number of buffers alive in the devices' memory.
    let live = Atomic<Int>(0)

    /// Number of buffers alive in the devices' memory; zero once all variables and executors are gone.
    package var liveBuffers: Int { live.load(ordering: .relaxed) }
    package var deviceCount: Int { devices.count }

    /// Finds the plug-in's devices.
    ///
    /// - Parameter onHang: called, on a thread of its own, when a call into the plug-in does not return in time. There is no
    ///   way back from that but to end the process.
    package init(
        _ plugin: Plugin,
        options: [String: PluginOption] = [:],
        timeout: Duration = .seconds(600),
        onHang: (@Sendable (PJRTError) -> Void)? = nil
    ) throws(PJRTError) {
        self.plugin = plugin
        self.timeout = timeout
        compileTimeout = timeout * 6
        let watch = onHang.map { CallWatch(onHang: $0) }
        self.watch = watch
        var client: OpaquePointer?
        let create = {
            PluginOption.withValues(options) {
                podium_pjrt_client_create(plugin.api, $0.baseAddress, $0.count, &client)
            }
        }
        let error = watch?.call("looking for devices with \(plugin.path)", within: timeout, create) ?? create()
        do {
            try plugin.check(error, .noDevice, "\(plugin.path) found no device")
        } catch {
            throw Client.explained(error)
        }
        guard let client else { throw PJRTError(.noDevice, "\(plugin.path) made no client") }
        handle = client
        platformName = plugin.text(pjrt_fn_client_platform_name, of: client) ?? "unknown"
        platformVersion = plugin.text(pjrt_fn_client_platform_version, of: client) ?? "unknown"
        do {
            (devices, deviceIDs, deviceKind) = try Client.describe(client, plugin)
        } catch {
            plugin.destroy(pjrt_fn_client_destroy, client)
            throw error
        }
    }

    /// A client of XLA's CPU plug-in with a number of devices.
    ///
    /// Devices that wait for one another in an `all_reduce` each hold a thread of the plug-in's pool, which has as many
    /// threads as there are cores: a program whose products are divided over the same pool would wait for ever. The pool
    /// is made larger by the variables that the plug-in reads for it.
    package static func onCPU(
        _ plugin: Plugin,
        devices: Int,
        cores: Int,
        timeout: Duration = .seconds(600),
        onHang: (@Sendable (PJRTError) -> Void)? = nil
    ) throws(PJRTError) -> Client {
        if devices > 1 {
            for name in ["PJRT_NPROC", "NPROC"] { setenv(name, "\(devices + cores)", 1) }
        }
        return try Client(
            plugin,
            options: ["cpu_device_count": .integer(Int64(devices))],
            timeout: timeout,
            onHang: onHang
        )
    }

    deinit { watched("giving the devices back", within: timeout) { plugin.destroy(pjrt_fn_client_destroy, handle) } }

    /// Makes a call into the plug-in that blocks until something is done.
    func watched<Result>(_ what: String, within limit: Duration, _ call: () -> Result) -> Result {
        guard let watch else { return call() }
        return watch.call(what, within: limit, call)
    }

    private static func describe(
        _ client: OpaquePointer,
        _ plugin: Plugin
    ) throws(PJRTError) -> ([OpaquePointer], [Int], String) {
        var items: UnsafePointer<UnsafeMutableRawPointer?>?
        var count = 0
        let error = podium_pjrt_list(
            plugin.api,
            pjrt_fn_client_addressable_devices,
            UnsafeRawPointer(client),
            &items,
            &count
        )
        try plugin.check(error, .noDevice, "\(plugin.path) cannot list its devices")
        let devices = UnsafeBufferPointer(start: items, count: count).compactMap { $0.map { OpaquePointer($0) } }
        guard !devices.isEmpty else { throw PJRTError(.noDevice, "\(plugin.path) found no device") }
        var identifiers: [Int] = []
        var kind = "unknown"
        for device in devices {
            var description: UnsafeMutableRawPointer?
            let error = podium_pjrt_member(
                plugin.api,
                pjrt_fn_device_description,
                UnsafeRawPointer(device),
                &description
            )
            try plugin.check(error, .noDevice, "a device of \(plugin.path) has no description")
            var identifier: Int32 = 0
            try plugin.check(
                podium_pjrt_device_id(plugin.api, description, &identifier),
                .noDevice,
                "a device of \(plugin.path) has no number"
            )
            identifiers.append(Int(identifier))
            if identifiers.count == 1, let description {
                kind = plugin.text(pjrt_fn_description_kind, of: OpaquePointer(description)) ?? kind
            }
        }
        return (devices, identifiers, kind)
    }

    /// What some plug-ins' words mean.
    private static func explained(_ error: PJRTError) -> PJRTError {
        let text = error.message
        if text.contains("jellyfish") {
            return PJRTError(
                .noDevice,
                "this machine has no TPU that can be used: run on a TPU VM; `podium plan` needs none (\(text))"
            )
        }
        if text.contains("already in use") || text.contains("lockfile") {
            return PJRTError(
                .noDevice,
                "another process uses the TPU, which serves one at a time: end that process first (\(text))"
            )
        }
        return error
    }

    /// Copies a tensor to a device; returns when the host's memory is free.
    func makeBuffer(_ tensor: HostTensor, on device: Int = 0) throws(PJRTError) -> DeviceBuffer {
        switch tensor.elements {
        case .float32(let floats):
            try floats.withUnsafeBufferPointer { elements throws(PJRTError) in
                try makeBuffer(UnsafeRawBufferPointer(elements), pjrt_f32, tensor.shape, device)
            }
        case .int32(let integers):
            try integers.withUnsafeBufferPointer { elements throws(PJRTError) in
                try makeBuffer(UnsafeRawBufferPointer(elements), pjrt_s32, tensor.shape, device)
            }
        }
    }

    private func makeBuffer(
        _ bytes: UnsafeRawBufferPointer,
        _ element: pjrt_element,
        _ shape: [Int],
        _ device: Int
    ) throws(PJRTError) -> DeviceBuffer {
        var buffer: OpaquePointer?
        var done: OpaquePointer?
        let error = podium_pjrt_from_host(
            plugin.api,
            handle,
            devices[device],
            bytes.baseAddress,
            element,
            shape.map(Int64.init),
            shape.count,
            pjrt_after_call,
            &buffer,
            &done
        )
        try plugin.check(error, .execution, "a tensor of shape \(shape) cannot be copied to the device")
        guard let buffer else { throw PJRTError(.execution, "the device made no buffer of shape \(shape)") }
        let result = DeviceBuffer(buffer, of: self)
        if let done { try Completion(done, of: plugin).wait(timeout, "copying a tensor to the device") }
        return result
    }

    /// Bytes that programs may use of the first device's memory, if the plug-in knows.
    package var memoryLimit: Int? {
        guard plugin.has(pjrt_fn_device_memory_stats), let device = devices.first else { return nil }
        var stats = pjrt_device_memory_args()
        if let error = podium_pjrt_device_memory(plugin.api, device, &stats) {
            podium_pjrt_error_free(plugin.api, error)
            return nil
        }
        return stats.has_limit ? Int(stats.limit) : nil
    }
}
