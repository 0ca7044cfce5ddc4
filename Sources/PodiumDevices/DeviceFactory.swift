package import PodiumCPU
package import PodiumCore
package import PodiumGraph
internal import PodiumMPI
package import PodiumPJRT

extension ComputeDevice {
    /// The plug-in behind it; nil for our own executor.
    package var plugin: PluginKind? {
        switch self {
        case .cpu: nil
        case .xlaCPU: .xlaCPU
        case .tpu: .tpu
        case .cuda: .cuda
        }
    }
}

/// Makes the device that a run asks for.
package struct DeviceFactory: Sendable {
    /// Contains installed plug-ins and compiled programs.
    private let dataDirectory: String
    private let environment: [String: String]
    let cores: Int
    private let matmulLibrary: CPUConfiguration.MatmulLibrary
    /// Called when a plug-in hangs; the process should end then.
    private let onHang: (@Sendable (PJRTError) -> Void)?

    /// The variable with the seconds that a transfer or a step may take before a device counts as hung.
    package static let timeoutVariable = "PODIUM_DEVICE_TIMEOUT"
    /// Ends this process when the one that started it ends, however it does.
    package static func endWithParent() { MPIRanks.endWithParent() }

    /// Ends the exchange of ranks once all have come so far.
    package static func leave(_ ranks: RankGroup) throws { try MPIRanks.leave(ranks) }

    /// The variable that restricts the kernels' instruction set, to test one or to measure what it gains.
    package static let instructionsVariable = "PODIUM_INSTRUCTIONS"

    /// - Parameters:
    ///   - environment: the process's; read are the two variables above and those of `PluginSearch`.
    ///   - cores: how many the process may use.
    package init(
        dataDirectory: String,
        environment: [String: String],
        cores: Int,
        matmulLibrary: CPUConfiguration.MatmulLibrary = .oneDNN,
        onHang: (@Sendable (PJRTError) -> Void)? = nil
    ) {
        self.dataDirectory = dataDirectory
        self.environment = environment
        self.cores = cores
        self.matmulLibrary = matmulLibrary
        self.onHang = onHang
    }

    /// Where `podium device install` puts packages.
    package var pluginFolder: String { dataDirectory + "/plugins" }

    /// The library of a device's plug-in; an error that says how to get it if there is none.
    package func pluginPath(of device: ComputeDevice) throws -> String? {
        guard let kind = device.plugin else { return nil }
        return try search.path(of: kind)
    }

    /// libtpu, which compiles without a TPU; a plug-in that is named for running is not meant here.
    package func compilerPath() throws -> String {
        var environment = environment
        environment[PluginSearch.variable] = nil
        return try PluginSearch(environment: environment, installed: pluginFolder).path(of: .tpu)
    }

    /// - Parameter ranks: that this process computes the run with.
    package func device(for spec: RunSpec, ranks: RankGroup = .alone) throws -> any GraphDevice {
        let isBFloat16 = spec.work.engine?.precision == .bf16
        guard let kind = spec.resources.device.plugin, let options = spec.work.engine else {
            return try cpu(
                threads: spec.resources.threads,
                precision: isBFloat16 ? .bfloat16 : .float32,
                shards: spec.work.optimization?.batchShards ?? 1,
                ranks: ranks
            )
        }
        return try self.device(
            of: kind,
            PJRTConfiguration(
                precision: isBFloat16 ? .bfloat16 : .float32,
                replicas: spec.resources.replicas,
                buckets: Buckets(rowWidth: options.maxSequenceLength)
            )
        )
    }

    /// Our own executor on this machine's processor.
    package func cpu(
        threads: Int,
        precision: CPUConfiguration.Precision = .float32,
        shards: Int = 1,
        ranks: RankGroup = .alone
    ) throws -> CPUDevice {
        try CPUDevice(
            CPUConfiguration(
                threads: threads,
                matmulLibrary: matmulLibrary,
                precision: precision,
                instructions: try instructions()
            ),
            shards: shards,
            ranks: ranks
        )
    }

    /// The instruction set that the environment asks for; nil for the widest there is.
    private func instructions() throws -> CPUConfiguration.Instructions? {
        guard let name = environment[Self.instructionsVariable], !name.isEmpty else { return nil }
        guard let known = CPUConfiguration.Instructions.allCases.first(where: { "\($0)" == name }) else {
            let names = CPUConfiguration.Instructions.allCases.map { "\($0)" }.joined(separator: ", ")
            throw DeviceError(
                .invalidRequest,
                "\(Self.instructionsVariable) is \"\(name)\"; it can be one of \(names)"
            )
        }
        return known
    }

    /// The variable with the path of libmpi, where the system does not find it.
    package static let mpiVariable = "PODIUM_MPI_LIBRARY"

    /// The ranks that compute together; joins those that this process was started with if there are several.
    package func ranks(_ count: Int) throws -> RankGroup {
        guard count > 1 else { return .alone }
        let library = environment[Self.mpiVariable].flatMap { $0.isEmpty ? nil : $0 }
        return try MPIRanks.join(expected: count, library: library)
    }

    /// The devices of a plug-in, with compiled programs kept in the data directory.
    package func device(of kind: PluginKind, _ configuration: PJRTConfiguration) throws -> PJRTDevice {
        var configuration = configuration
        configuration.cacheFolder = dataDirectory + "/cache/pjrt"
        return try PJRTDevice(client(of: kind, replicas: configuration.replicas), configuration)
    }

    /// The devices that a plug-in finds; XLA's CPU has as many as are asked for.
    package func client(of kind: PluginKind, replicas: Int = 1) throws -> Client {
        let timeout = try Self.timeout(environment[Self.timeoutVariable])
        let plugin = try Plugin(path: search.path(of: kind))
        let client =
            kind == .xlaCPU
            ? try Client.onCPU(plugin, devices: replicas, cores: cores, timeout: timeout, onHang: onHang)
            : try Client(plugin, timeout: timeout, onHang: onHang)
        guard client.platformName == kind.platform else {
            throw PJRTError(
                .noDevice,
                "\(plugin.path) is a plug-in for the platform \(client.platformName), not for \(kind.rawValue);"
                    + " \(PluginSearch.variable) names it"
            )
        }
        return client
    }

    private static func timeout(_ text: String?) throws -> Duration {
        guard let text, !text.isEmpty else { return .seconds(600) }
        guard let seconds = Double(text), seconds > 0, seconds.isFinite else {
            throw DeviceError(.invalidRequest, "\(timeoutVariable) is \"\(text)\", not a number of seconds")
        }
        return .seconds(seconds)
    }

    private var search: PluginSearch {
        PluginSearch(environment: environment, installed: pluginFolder)
    }
}
