import Foundation
import PodiumCPU
import PodiumCore
import PodiumDevices
import PodiumMigrations
import PodiumPJRT
import PodiumReport
import PodiumScheduler

/// Facts of this machine and this program.
enum Machine {
    static let facts = MachineFacts()

    /// Makes devices by this process's environment.
    static func devices(
        dataDirectory: String,
        matmulLibrary: CPUConfiguration.MatmulLibrary = .oneDNN,
        onHang: (@Sendable (PJRTError) -> Void)? = nil
    ) -> DeviceFactory {
        DeviceFactory(
            dataDirectory: dataDirectory,
            environment: ProcessInfo.processInfo.environment,
            cores: cores,
            matmulLibrary: matmulLibrary,
            onHang: onHang
        )
    }

    /// Cores that this process may use.
    static var cores: Int { facts.cores }

    /// A name that no other process has.
    static let processName = "\(facts.host):\(ProcessInfo.processInfo.processIdentifier)"

    /// The path of the running binary, which is started again as the engine.
    static func ownExecutable() throws -> String {
        do {
            return try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        } catch {
            throw Failure(
                .trouble,
                "cannot find the running program through /proc/self/exe: \(error.localizedDescription)"
            )
        }
    }

    /// Control groups that hold engines to their memory, where there can be any.
    static let memoryGroups = MemoryGroups(
        isOwnUnit: Variable.value("SYSTEMD_EXEC_PID") == "\(ProcessInfo.processInfo.processIdentifier)"
    )

    /// What computes runs here; nil for a build with changes, whose results nobody is to take over.
    static func engineIdentity(
        _ place: PlaceOptions,
        _ matmulLibrary: CPUConfiguration.MatmulLibrary?
    ) -> EngineIdentity? {
        let library = matmulLibrary ?? .oneDNN
        let devices = Self.devices(dataDirectory: place.dataDirectory, matmulLibrary: library)
        guard let instructions = try? devices.cpu(threads: 1).instructions else { return nil }
        return EngineIdentity(
            version: Podium.version,
            commit: Podium.commit,
            processor: facts.processor,
            instructions: instructions,
            matmulLibrary: library.rawValue
        )
    }

    /// What wrote a report; what computed its numbers is in the runs.
    static func provenance() -> Report.Provenance {
        Report.Provenance(
            version: Podium.version,
            commit: Podium.commit.map { $0.replacing("-modified", with: "") },
            isModified: Podium.commit?.hasSuffix("-modified") ?? false,
            host: facts.host,
            operatingSystem: facts.operatingSystem,
            cpu: facts.processor,
            cores: cores,
            device: "cpu",
            databaseSchema: Migration.all.map(\.version).max() ?? 0
        )
    }
}
