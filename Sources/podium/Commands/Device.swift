import ArgumentParser
import Foundation
import PodiumCore
import PodiumDevices
import PodiumLibrary
import PodiumPJRT

struct Device: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fetches and lists the plug-ins of other devices than cpu.",
        subcommands: [DeviceInstall.self, DeviceList.self]
    )
}

struct DeviceInstall: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: "Fetches a device's plug-in into the data directory.",
        discussion: """
            Plug-ins come from PyPI: \(PluginKind.allCases.map { "\($0.rawValue) is \($0.package)" }.joined(separator: ", ")). \
            A plug-in that lies elsewhere is named in $\(PluginSearch.variable).

            Example:
              podium device install xla-cpu
            """
    )

    @OptionGroup var place: PlaceOptions
    @Argument(help: "xla-cpu, tpu or cuda.")
    var device: ComputeDevice

    func run() async throws {
        guard let kind = device.plugin else { throw Failure(.usage, "cpu is built in; it needs no plug-in") }
        let devices = place.devices()
        Terminal.error("Fetching the package \(kind.package) …")
        try await PythonTool.install(kind.package, into: devices.pluginFolder)
        try Terminal.print(try devices.pluginPath(of: device) ?? "")
    }
}

struct DeviceList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Shows each device's plug-in, its version, and whether it finds hardware.",
        discussion: """
            Example:
              podium device list
            """
    )

    @OptionGroup var place: PlaceOptions

    func run() throws {
        let devices = place.devices { error in
            Terminal.error("podium: \(error.message)")
            _exit(ExitStatus.trouble.rawValue)
        }
        try Terminal.print(DeviceStatus.table(try devices.statuses()))
    }
}
