import PodiumCore
import PodiumDevices
import Testing

struct DeviceStatusTests {
    @Test func everyDeviceHasARow() {
        let table = DeviceStatus.table([
            DeviceStatus(device: .cpu, state: "ready, 2 cores", plugin: "built in"),
            DeviceStatus(device: .xlaCPU, state: "not installed", plugin: "`podium device install xla-cpu` fetches it"),
        ])
        let expected = """
            DEVICE   STATE           PLUG-IN
            cpu      ready, 2 cores  built in
            xla-cpu  not installed   `podium device install xla-cpu` fetches it
            """
        #expect(table == expected)
    }

    @Test func aPluginThatIsNowhereIsNotInstalled() throws {
        let devices = DeviceFactory(
            dataDirectory: "/nonexistent",
            environment: ["PODIUM_PJRT_PLUGIN": "/nonexistent/plugin.so"],
            cores: 3
        )
        let statuses = try devices.statuses()
        #expect(statuses.map(\.device) == ComputeDevice.allCases)
        #expect(statuses[0].state == "ready, 3 cores")
        #expect(statuses.dropFirst().allSatisfy { $0.state == "not installed" })
    }
}
