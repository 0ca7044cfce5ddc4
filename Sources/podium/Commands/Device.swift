import ArgumentParser
import Foundation
import PodiumCore
import PodiumDevices
import PodiumPJRT
import Subprocess
import PodiumPrimitives

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
        try FileManager.default.createDirectory(atPath: devices.pluginFolder, withIntermediateDirectories: true)
        Terminal.error("Fetching the package \(kind.package) …")
        let result = try await Subprocess.run(
            .name("python3"),
            arguments: [
                "-m", "pip", "install", "--quiet", "--upgrade", "--disable-pip-version-check", "--retries", "2",
                "--target", devices.pluginFolder, kind.package,
            ],
            output: .discarded,
            error: .string(limit: 1 << 20)
        )
        guard result.terminationStatus.isSuccess else {
            let said = result.standardError.split(separator: "\n").last.map(String.init) ?? "no message"
            throw Failure(.trouble, "cannot fetch the package \(kind.package) (is there a network?): \(said)")
        }
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
        var table = TextTable([("DEVICE", .left), ("STATE", .left), ("PLUG-IN", .left)])
        for device in ComputeDevice.allCases {
            guard let kind = device.plugin else {
                table.add([device.rawValue, "ready, \(Machine.cores) cores", "built in"])
                continue
            }
            do {
                let client = try devices.client(of: kind)
                let plugin = client.plugin
                let version = "API \(plugin.version.major).\(plugin.version.minor)"
                table.add([
                    device.rawValue, "ready, \(client.deviceCount) × \(client.deviceKind)",
                    "\(plugin.path) (\(version))",
                ])
            } catch let error as PJRTError {
                let isMissing = error.code == .missing
                table.add([
                    device.rawValue, isMissing ? "not installed" : "not usable",
                    isMissing ? "`podium device install \(device.rawValue)` fetches it" : error.message,
                ])
            }
        }
        try Terminal.print(table.rendered())
    }
}
