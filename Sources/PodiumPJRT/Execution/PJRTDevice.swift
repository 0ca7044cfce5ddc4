package import PodiumGraph

/// The devices of a plug-in's client as one device for graphs.
///
/// ```swift
/// let search = PluginSearch(environment: environment)
/// let client = try Client.onCPU(Plugin(path: search.path(of: .xlaCPU)), devices: 2, cores: 8)
/// let device = try PJRTDevice(client, PJRTConfiguration(replicas: 2, cacheFolder: folder))
/// ```
package final class PJRTDevice: GraphDevice {
    package let client: Client
    package let configuration: PJRTConfiguration
    /// Programs compiled by this device so far, and those found compiled on disk.
    package private(set) var compiledPrograms = 0
    package private(set) var cachedPrograms = 0
    private let cache: ExecutableCache?
    private var executables: [String: LoadedExecutable] = [:]

    package init(_ client: Client, _ configuration: PJRTConfiguration = PJRTConfiguration()) throws(PJRTError) {
        guard (1...client.deviceCount).contains(configuration.replicas) else {
            throw PJRTError(
                .noDevice,
                "\(configuration.replicas) replicas need as many devices, but there are \(client.deviceCount)"
            )
        }
        self.client = client
        self.configuration = configuration
        cache = configuration.cacheFolder.map { ExecutableCache(folder: $0, client: client) }
    }

    package var replicas: Int { configuration.replicas }

    package func makeVariables() -> any VariableStore {
        PJRTVariables(client: client, replicas: configuration.replicas)
    }

    package func load(_ graph: Graph, variables: any VariableStore) throws(GraphError) -> any GraphExecutor {
        guard let variables = variables as? PJRTVariables else {
            throw GraphError(.unsupported, "the variables live on another device; make them with this one")
        }
        return try PJRTExecutor(graph, variables: variables, device: self)
    }

    /// The program compiled: from memory, from disk, or now.
    func executable(_ program: LoweredProgram) throws(PJRTError) -> LoadedExecutable {
        if let known = executables[program.text] { return known }
        let devices = Array(client.deviceIDs.prefix(configuration.replicas))
        var options = CompileOptions(devices: devices)
        if client.platformName == "cpu" { options.flagsOff = [CompileOptions.packsWeightsOnce] }
        let outputs = program.results.count
        if let cache, let bytes = cache.read(program.text, options) {
            if let loaded = try? LoadedExecutable.load(bytes, outputCount: outputs, options: options, on: client) {
                cachedPrograms += 1
                executables[program.text] = loaded
                return loaded
            }
            cache.remove(program.text, options)
        }
        let made = try compile(program, options)
        compiledPrograms += 1
        executables[program.text] = made
        if let cache, let bytes = made.serialized() { cache.write(bytes, program.text, options) }
        return made
    }

    private func compile(
        _ program: LoweredProgram,
        _ options: CompileOptions
    ) throws(PJRTError) -> LoadedExecutable {
        let outputs = program.results.count
        do {
            return try LoadedExecutable.compile(program.text, outputCount: outputs, options: options, on: client)
        } catch {
            // A compiler that does not know a flag does not have the feature that the flag switches off.
            guard options.flagsOff.contains(where: error.message.contains) else { throw error }
            var options = options
            options.flagsOff = []
            return try LoadedExecutable.compile(program.text, outputCount: outputs, options: options, on: client)
        }
    }
}

/// How graphs run on a plug-in's devices.
package struct PJRTConfiguration: Hashable, Sendable {
    package var precision: LoweringOptions.Precision
    /// Devices that each take a share of every batch; results are those of one device.
    package var replicas: Int
    /// Folder for compiled programs; `nil` keeps none on disk.
    package var cacheFolder: String?
    package var buckets: Buckets
    /// See `LoweringOptions`; nil leaves it to the platform.
    package var movesColumnsByProducts: Bool?

    package init(
        precision: LoweringOptions.Precision = .float32,
        replicas: Int = 1,
        cacheFolder: String? = nil,
        buckets: Buckets = Buckets()
    ) {
        self.precision = precision
        self.replicas = replicas
        self.cacheFolder = cacheFolder
        self.buckets = buckets
    }
}
