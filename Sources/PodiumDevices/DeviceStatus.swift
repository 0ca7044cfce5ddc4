package import PodiumCore
internal import PodiumPJRT
internal import PodiumPrimitives

/// Whether a device can be used on this machine.
package struct DeviceStatus: Sendable {
    package let device: ComputeDevice
    /// `ready, 4 × TPU v2`, `not installed`, `not usable`.
    package let state: String
    /// Where its plug-in lies, or what to do about its absence.
    package let plugin: String

    package init(device: ComputeDevice, state: String, plugin: String) {
        self.device = device
        self.state = state
        self.plugin = plugin
    }

    package static func table(_ statuses: [DeviceStatus]) -> String {
        var table = TextTable([("DEVICE", .left), ("STATE", .left), ("PLUG-IN", .left)])
        for status in statuses { table.add([status.device.rawValue, status.state, status.plugin]) }
        return table.rendered()
    }
}

extension DeviceFactory {
    /// Starts each device's plug-in, to say what it finds.
    package func statuses() throws -> [DeviceStatus] {
        try ComputeDevice.allCases.map(status)
    }

    private func status(of device: ComputeDevice) throws -> DeviceStatus {
        guard let kind = device.plugin else {
            return DeviceStatus(device: device, state: "ready, \(cores) cores", plugin: "built in")
        }
        do {
            let client = try client(of: kind)
            let plugin = client.plugin
            return DeviceStatus(
                device: device,
                state: "ready, \(client.deviceCount) × \(client.deviceKind)",
                plugin: "\(plugin.path) (API \(plugin.version.major).\(plugin.version.minor))"
            )
        } catch let error as PJRTError {
            let isMissing = error.code == .missing
            return DeviceStatus(
                device: device,
                state: isMissing ? "not installed" : "not usable",
                plugin: isMissing ? "`podium device install \(device.rawValue)` fetches it" : error.message
            )
        }
    }
}
