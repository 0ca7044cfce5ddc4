import Foundation
import PodiumGraph
import PodiumPJRT

/// The CPU plug-in that all tests run on; it must be installed (`xla-cpu-pjrt` on PyPI).
enum TestDevice {
    /// The library's path, or why there is none: a missing plug-in fails the tests, it does not skip them.
    static func path() throws -> String {
        try PluginSearch(environment: ProcessInfo.processInfo.environment).path(of: .xlaCPU)
    }

    /// A client of two devices, the same for all who do not count its buffers.
    static func client() throws -> Client { try shared.get() }

    static func makeClient() throws -> Client {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        return try Client.onCPU(Plugin(path: path()), devices: 2, cores: cores, timeout: .seconds(300))
    }

    /// A device on the shared client; a program that one test compiled, the next finds on disk.
    static func device(_ configuration: PJRTConfiguration = PJRTConfiguration()) throws -> PJRTDevice {
        var configuration = configuration
        configuration.cacheFolder = folder
        return try PJRTDevice(client(), configuration)
    }

    /// Where compiled programs are kept while tests run.
    static let folder: String = {
        atexit { try? FileManager.default.removeItem(atPath: TestDevice.folder) }
        return FileManager.default.temporaryDirectory.appendingPathComponent("podium-pjrt-\(UUID())").path
    }()

    nonisolated(unsafe) private static let shared = Result { try makeClient() }
}
