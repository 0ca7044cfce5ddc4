internal import CPJRT

/// A compiled program, loaded on a client's devices.
final class LoadedExecutable {
    private let handle: OpaquePointer
    private let client: Client
    let outputCount: Int
    /// Devices that run a copy each.
    let replicas: Int

    private init(_ handle: OpaquePointer, of client: Client, outputCount: Int, replicas: Int) {
        self.handle = handle
        self.client = client
        self.outputCount = outputCount
        self.replicas = replicas
    }

    deinit { client.plugin.destroy(pjrt_fn_loaded_destroy, handle) }

    /// Compiles a StableHLO text.
    static func compile(
        _ program: String,
        outputCount: Int,
        options: CompileOptions,
        on client: Client
    ) throws(PJRTError) -> LoadedExecutable {
        let plugin = client.plugin
        var loaded: OpaquePointer?
        let encoded = options.encoded.map { CChar(bitPattern: $0) }
        var text = program
        let error = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { bytes in
                var source = podium_pjrt_mlir(bytes.baseAddress, bytes.count)
                return client.watched("compiling a step", within: client.compileTimeout) {
                    podium_pjrt_client_compile(plugin.api, client.handle, &source, encoded, encoded.count, &loaded)
                }
            }
        }
        try plugin.check(error, .compile, "the program cannot be compiled for \(client.deviceKind)")
        guard let loaded else { throw PJRTError(.compile, "the compiler of \(plugin.path) yields nothing") }
        return try LoadedExecutable.checked(loaded, outputCount, options, client)
    }

    /// Loads what `serialized` yielded.
    static func load(
        _ bytes: [UInt8],
        outputCount: Int,
        options: CompileOptions,
        on client: Client
    ) throws(PJRTError) -> LoadedExecutable {
        let plugin = client.plugin
        var loaded: OpaquePointer?
        let error = bytes.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                podium_pjrt_deserialize(plugin.api, client.handle, $0.baseAddress, $0.count, &loaded)
            }
        }
        try plugin.check(error, .compile, "a cached program cannot be loaded")
        guard let loaded else { throw PJRTError(.compile, "a cached program cannot be loaded") }
        return try LoadedExecutable.checked(loaded, outputCount, options, client)
    }

    private static func checked(
        _ handle: OpaquePointer,
        _ outputCount: Int,
        _ options: CompileOptions,
        _ client: Client
    ) throws(PJRTError) -> LoadedExecutable {
        let replicas = max(1, options.devices.count)
        let result = LoadedExecutable(handle, of: client, outputCount: outputCount, replicas: replicas)
        let found = try result.withExecutable { executable throws(PJRTError) -> Int in
            var count = 0
            let error = podium_pjrt_output_count(client.plugin.api, UnsafeRawPointer(executable), &count)
            try client.plugin.check(error, .compile, "a compiled program does not say what it yields")
            return count
        }
        guard found == outputCount else {
            throw PJRTError(.compile, "a compiled program yields \(found) tensors where \(outputCount) were written")
        }
        return result
    }

    /// The compiled program as bytes for the cache; `nil` if the plug-in cannot.
    func serialized() -> [UInt8]? {
        let plugin = client.plugin
        guard plugin.has(pjrt_fn_executable_serialize) else { return nil }
        return try? withExecutable { executable throws(PJRTError) -> [UInt8] in
            var result = pjrt_serialize_args()
            try plugin.check(
                podium_pjrt_serialize(plugin.api, executable, &result),
                .compile,
                "a compiled program cannot be kept"
            )
            defer { result.release?(result.owner) }
            guard let bytes = result.bytes else { return [] }
            return Array(UnsafeRawBufferPointer(start: bytes, count: result.size))
        }
    }

    private func withExecutable<Result>(
        _ body: (OpaquePointer) throws(PJRTError) -> Result
    ) throws(PJRTError) -> Result {
        var member: UnsafeMutableRawPointer?
        let error = podium_pjrt_member(client.plugin.api, pjrt_fn_loaded_executable, UnsafeRawPointer(handle), &member)
        try client.plugin.check(error, .compile, "a compiled program cannot be described")
        guard let member else { throw PJRTError(.compile, "a compiled program cannot be described") }
        let executable = OpaquePointer(member)
        defer { client.plugin.destroy(pjrt_fn_executable_destroy, executable) }
        return try body(executable)
    }

    /// Starts the program on its devices.
    ///
    /// - Parameter arguments: per device the program's arguments; those that it donates are used up.
    func start(_ arguments: [[DeviceBuffer]]) throws(PJRTError) -> RunningStep {
        precondition(arguments.count == replicas, "one list of arguments per device")
        let width = arguments[0].count
        typealias Slot = OpaquePointer?
        let handles = UnsafeMutablePointer<Slot>.allocate(capacity: replicas * width)
        let results = UnsafeMutablePointer<Slot>.allocate(capacity: replicas * outputCount)
        let done = UnsafeMutablePointer<Slot>.allocate(capacity: replicas)
        defer {
            handles.deallocate()
            results.deallocate()
            done.deallocate()
        }
        for (device, list) in arguments.enumerated() {
            for (index, buffer) in list.enumerated() { handles[device * width + index] = buffer.handle }
        }
        results.initialize(repeating: nil, count: replicas * outputCount)
        done.initialize(repeating: nil, count: replicas)
        let argumentLists = (0..<replicas).map { UnsafePointer<Slot>?(UnsafePointer(handles + $0 * width)) }
        let resultLists = (0..<replicas).map { UnsafeMutablePointer<Slot>?(results + $0 * outputCount) }
        let error = withExtendedLifetime(arguments) {
            client.watched("a step", within: client.timeout) {
                podium_pjrt_execute(client.plugin.api, handle, argumentLists, replicas, width, resultLists, done)
            }
        }
        try client.plugin.check(error, .execution, "a step cannot be started on \(client.deviceKind)")
        let outputs = (0..<replicas).map { device in
            (0..<outputCount).compactMap { index in
                results[device * outputCount + index].map { DeviceBuffer($0, of: client) }
            }
        }
        var completions: [Completion] = []
        for device in 0..<replicas {
            if let event = done[device] { completions.append(try Completion(event, of: client.plugin)) }
        }
        let step = RunningStep(results: outputs, completions: completions, client: client)
        guard outputs.allSatisfy({ $0.count == outputCount }) else {
            try step.wait()
            throw PJRTError(.execution, "a step yielded fewer tensors than it should")
        }
        return step
    }
}
