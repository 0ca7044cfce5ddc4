import Foundation
import GraphCases
import PodiumGraph
import PodiumPJRT
import Testing

/// What can go wrong with a plug-in's file, and what is said about it.
@Suite(.serialized) struct PluginTests {
    private func error(_ body: () throws -> Void) -> PJRTError? {
        do {
            try body()
            return nil
        } catch {
            return error as? PJRTError
        }
    }

    private func folder() throws -> String {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("podium-pjrt-\(UUID())").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    @Test func thePluginIsFoundAndNegotiated() throws {
        let client = try TestDevice.client()
        #expect(client.plugin.version.major == 0 && client.plugin.version.minor >= 70)
        #expect(client.platformName == "cpu")
        #expect(client.deviceCount == 2)
    }

    @Test func aMissingFileIsNamed() throws {
        let missing = error { _ = try Plugin(path: "/nowhere/plugin.so") }
        #expect(missing?.code == .missing && missing?.message.contains("/nowhere/plugin.so") == true)
        let named = PluginSearch(environment: [PluginSearch.variable: "/nowhere/else.so"])
        #expect(error { _ = try named.path(of: .tpu) }?.message.contains("/nowhere/else.so") == true)
    }

    @Test func aSearchFindsPackagesAndSaysHowToInstallThem() throws {
        let root = try folder()
        defer { try? FileManager.default.removeItem(atPath: root) }
        let packages = "\(root)/lib/python3.12/site-packages/libtpu"
        try FileManager.default.createDirectory(atPath: packages, withIntermediateDirectories: true)
        try Data().write(to: URL(fileURLWithPath: "\(packages)/libtpu.so"))
        #expect(try PluginSearch(environment: ["VIRTUAL_ENV": root]).path(of: .tpu) == "\(packages)/libtpu.so")
        let other = error { _ = try PluginSearch(environment: ["VIRTUAL_ENV": root]).path(of: .cuda) }
        #expect(other?.message.contains("podium device install cuda") == true)

        let library = "\(root)/elsewhere.so"
        let named = PluginSearch(environment: ["TPU_LIBRARY_PATH": library, "VIRTUAL_ENV": root])
        #expect(error { _ = try named.path(of: .tpu) }?.message.hasPrefix("TPU_LIBRARY_PATH is \(library)") == true)
        try Data().write(to: URL(fileURLWithPath: library))
        #expect(try named.path(of: .tpu) == library)
        #expect(error { _ = try named.path(of: .cuda) } != nil)
    }

    @Test func whatIsNoPluginIsRefused() throws {
        let root = try folder()
        defer { try? FileManager.default.removeItem(atPath: root) }
        let whole = try #require(FileHandle(forReadingAtPath: TestDevice.path()))
        let start = try #require(try whole.read(upToCount: 1 << 20))
        try start.write(to: URL(fileURLWithPath: "\(root)/truncated.so"))
        let truncated = error { _ = try Plugin(path: "\(root)/truncated.so") }
        #expect(truncated?.code == .load && truncated?.message.contains("install it again") == true)
        try Data("text".utf8).write(to: URL(fileURLWithPath: "\(root)/text.so"))
        #expect(error { _ = try Plugin(path: "\(root)/text.so") }?.code == .load)
        let library = ["/lib/x86_64-linux-gnu/libm.so.6", "/lib/aarch64-linux-gnu/libm.so.6", "/lib64/libm.so.6"]
            .first { FileManager.default.fileExists(atPath: $0) }
        let other = error { _ = try Plugin(path: library ?? "") }
        #expect(other?.message.contains("GetPjrtApi") == true)
    }

    /// Puts the faulty plug-in in front of XLA's.
    private func faulty(_ fault: String, after calls: Int = 0) throws -> Plugin {
        setenv("FAULTY_PLUGIN_REAL", try TestDevice.path(), 1)
        setenv("FAULTY_PLUGIN_FAULT", fault, 1)
        setenv("FAULTY_PLUGIN_AFTER", "\(calls)", 1)
        let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
        return try Plugin(path: "\(folder)/libFaultyPlugin.so")
    }

    @Test func anotherVersionOfTheInterfaceIsRefused() throws {
        let old = error { _ = try faulty("old") }
        #expect(old?.code == .version && old?.message.contains("C API 0.11 and lacks PJRT_") == true, "\(old as Any)")
        let next = error { _ = try faulty("next") }
        #expect(next?.code == .version && next?.message.contains("C API 1.") == true, "\(next as Any)")
    }

    @Test func whatADeviceSaysIsPassedOnByClass() throws {
        let example = try #require(GraphCase.trainings(.small).first)
        func failure(_ fault: String, after calls: Int = 0) throws -> GraphError? {
            do {
                let client = try Client.onCPU(
                    faulty(fault, after: calls),
                    devices: 1,
                    cores: 1,
                    timeout: .milliseconds(500)
                )
                let device = try PJRTDevice(client, PJRTConfiguration())
                let executor = try device.load(example.graph, variables: device.makeVariables())
                for (name, content) in example.variables {
                    try executor.variables.write(name, content.host(.float32))
                }
                _ = try executor.run(example.hostFeeds)
                return nil
            } catch {
                return error as? GraphError ?? (error as? PJRTError)?.asGraphError
            }
        }
        for (fault, calls, code, words) in [
            ("none", 0, nil, ""),
            ("client-fails", 0, .device, "the accelerator does not answer"),
            ("compile-fails", 0, .unsupported, "op 'stablehlo.dot_general' is not known here"),
            ("memory", 0, .memory, "trying to allocate 17179869184 bytes; a smaller batch"),
            ("event-fails", 0, .device, "an uncorrectable error in the device's memory"),
            ("event-never", 0, .device, "did not end within 0.5 seconds; the device hangs"),
        ] as [(String, Int, GraphError.Code?, String)] {
            let failed = try failure(fault, after: calls)
            #expect(failed?.code == code, "\(fault): \(failed as Any)")
            #expect(failed?.message.contains(words) ?? true, "\(fault): \(failed as Any)")
        }
    }

    @Test func moreReplicasThanDevicesAreRefused() throws {
        let client = try TestDevice.client()
        let refused = error { _ = try PJRTDevice(client, PJRTConfiguration(replicas: 3)) }
        #expect(refused?.code == .noDevice)
    }
}
