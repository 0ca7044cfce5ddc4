internal import CPJRT
internal import Foundation
package import PodiumGraph

/// The TPU compiler of libtpu, for TPUs that need not be there.
///
/// ```swift
/// let compiler = try TPUCompiler(path: search.path(of: .tpu))
/// let shape = ProgramShape.padded(sequences: 12, length: 384)
/// let cost = try compiler.cost(of: graph, shape: shape, topology: "v2:2x2")
/// ```
package final class TPUCompiler {
    private let plugin: Plugin

    /// Loads libtpu; once per process, before anything else may have loaded it.
    ///
    /// Sets environment variables that libtpu reads while it is loaded: without them it asks the metadata server of
    /// Google's cloud what it runs on, and waits for an answer; and it refuses to be loaded beside a process that has a
    /// TPU, which compiling does not touch.
    package init(path: String) throws(PJRTError) {
        let settings = [
            "TPU_SKIP_MDS_QUERY": "1", "TPU_ACCELERATOR_TYPE": "v5litepod-4", "TPU_WORKER_HOSTNAMES": "localhost",
            "TPU_WORKER_ID": "0", "ALLOW_MULTIPLE_LIBTPU_LOAD": "1",
        ]
        for (name, value) in settings { setenv(name, value, 1) }
        plugin = try Plugin(path: path)
        guard plugin.has(pjrt_fn_topology_create), plugin.has(pjrt_fn_compile) else {
            throw PJRTError(.version, "\(path) cannot compile without a device: install a newer plug-in")
        }
    }

    /// Compiles one step of a graph for a topology, and asks what it costs.
    ///
    /// - Parameters:
    ///   - shape: each replica's share of the batch.
    ///   - topology: as `v2:2x2`.
    package func cost(
        of graph: Graph,
        shape: ProgramShape,
        options: LoweringOptions = LoweringOptions(precision: .bfloat16),
        topology name: String
    ) throws(PJRTError) -> StepCost {
        let text: String
        do {
            text = try GraphLayout.lowered(graph, shape: shape, options: options).text
        } catch {
            throw PJRTError(.compile, error.message)
        }
        return try cost(of: text, replicas: options.replicas, topology: name)
    }

    /// Compiles a StableHLO text.
    package func cost(of program: String, replicas: Int, topology name: String) throws(PJRTError) -> StepCost {
        let (chip, chips) = try TPUChip.parse(name)
        let topology = try makeTopology(name)
        defer { plugin.destroy(pjrt_fn_topology_destroy, topology) }
        let (kind, identifiers) = try describe(topology, name)
        guard replicas <= identifiers.count else {
            throw PJRTError(.noDevice, "\(name) has \(identifiers.count) devices, not \(replicas)")
        }
        let start = ContinuousClock.now
        let executable = try compile(program, CompileOptions(devices: Array(identifiers.prefix(replicas))), topology)
        defer { plugin.destroy(pjrt_fn_executable_destroy, executable) }
        let elapsed = ContinuousClock.now - start
        let properties = try properties(executable)
        var memory = pjrt_memory_args()
        try plugin.check(
            podium_pjrt_memory_stats(plugin.api, executable, &memory),
            .compile,
            "the compiler does not say what memory the program needs"
        )
        let flops = properties["flops"] ?? 0
        let bytes = properties["bytes accessed"] ?? 0
        let devicesPerChip = Double(max(1, identifiers.count / chips))
        let roofline = max(flops / chip.peakFLOPS, bytes / chip.memoryBandwidth) * devicesPerChip
        let judged = StepCost.judged(properties["optimal_seconds"], roofline: roofline)
        let total = memory.argument + memory.output - memory.alias + memory.temporary + memory.code
        return StepCost(
            topology: name,
            deviceKind: kind,
            devices: identifiers.count,
            replicas: replicas,
            flops: flops,
            bytesAccessed: bytes,
            optimalSeconds: judged.seconds,
            refusal: judged.refusal,
            rooflineSeconds: roofline,
            memoryBytes: Int(total),
            temporaryBytes: Int(memory.temporary),
            memoryCapacity: chip.memoryBytes / Int(devicesPerChip),
            compileSeconds: Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
        )
    }

    /// What the compiler says of a topology's devices, of which there are one or two a chip.
    package func devices(of topology: String) throws(PJRTError) -> (kind: String, count: Int, memoryBytes: Int) {
        let (chip, chips) = try TPUChip.parse(topology)
        let handle = try makeTopology(topology)
        defer { plugin.destroy(pjrt_fn_topology_destroy, handle) }
        let (kind, identifiers) = try describe(handle, topology)
        return (kind, identifiers.count, chip.memoryBytes / max(1, identifiers.count / chips))
    }

    /// Bytes of temporaries that a step would need, from the words with which the compiler refuses one that does not fit.
    package static func refusedTemporaries(_ words: String) -> Int? {
        guard let match = words.firstMatch(of: /temporaries \(([0-9.]+)([KMG])\)/), let number = Double(match.1) else {
            return nil
        }
        let shift = match.2 == "G" ? 30 : match.2 == "M" ? 20 : 10
        return Int(number * Double(1 << shift))
    }

    private func makeTopology(_ name: String) throws(PJRTError) -> OpaquePointer {
        var topology: OpaquePointer?
        let error = name.withCString { podium_pjrt_topology_create(plugin.api, $0, strlen($0), nil, 0, &topology) }
        try plugin.check(error, .missing, "libtpu knows no topology \(name)")
        guard let topology else { throw PJRTError(.missing, "libtpu knows no topology \(name)") }
        return topology
    }

    private func describe(_ topology: OpaquePointer, _ name: String) throws(PJRTError) -> (String, [Int]) {
        var items: UnsafePointer<UnsafeMutableRawPointer?>?
        var count = 0
        let error = podium_pjrt_list(
            plugin.api,
            pjrt_fn_topology_descriptions,
            UnsafeRawPointer(topology),
            &items,
            &count
        )
        try plugin.check(error, .missing, "libtpu cannot describe \(name)")
        let descriptions = UnsafeBufferPointer(start: items, count: count).compactMap { $0 }
        var identifiers: [Int] = []
        for description in descriptions {
            var identifier: Int32 = 0
            try plugin.check(
                podium_pjrt_device_id(plugin.api, description, &identifier),
                .missing,
                "a device of \(name) has no number"
            )
            identifiers.append(Int(identifier))
        }
        let kind = descriptions.first.flatMap { plugin.text(pjrt_fn_description_kind, of: OpaquePointer($0)) }
        return (kind ?? "unknown", identifiers)
    }

    private func compile(
        _ program: String,
        _ options: CompileOptions,
        _ topology: OpaquePointer
    ) throws(PJRTError) -> OpaquePointer {
        var executable: OpaquePointer?
        let encoded = options.encoded.map { CChar(bitPattern: $0) }
        let error = program.withCString { text in
            var source = podium_pjrt_mlir(text, strlen(text))
            return podium_pjrt_compile(plugin.api, topology, &source, encoded, encoded.count, &executable)
        }
        try plugin.check(error, .compile, "the step cannot be compiled for this TPU")
        guard let executable else { throw PJRTError(.compile, "the TPU compiler yields nothing") }
        return executable
    }

    private func properties(_ executable: OpaquePointer) throws(PJRTError) -> [String: Double] {
        var values: UnsafePointer<pjrt_named_value>?
        var count = 0
        try plugin.check(
            podium_pjrt_cost_analysis(plugin.api, executable, &values, &count),
            .compile,
            "the compiler does not say what the program costs"
        )
        var result: [String: Double] = [:]
        for value in UnsafeBufferPointer(start: values, count: count) {
            guard let name = value.name else { continue }
            switch value.kind {
            case pjrt_float: result[Plugin.text(name, value.name_size)] = Double(value.number)
            case pjrt_int64: result[Plugin.text(name, value.name_size)] = Double(value.integer)
            default: continue
            }
        }
        return result
    }
}

extension ProgramShape {
    /// The bucket of a training step on sequences of one length, each in a row of its own.
    ///
    /// - Parameter masked: predicted positions of all sequences together, for pre-training.
    package static func padded(sequences: Int, length: Int, masked: Int = 0) -> ProgramShape {
        ProgramShape(
            sizes: ["tokens": sequences * length, "sequences": sequences, "masked": masked],
            packing: Packing(rows: sequences, width: length, alignment: length % 64 == 0 ? 64 : 1)
        )
    }
}

extension GraphLayout {
    /// A graph as a program for one bucket.
    static func lowered(
        _ graph: Graph,
        shape: ProgramShape,
        options: LoweringOptions
    ) throws(GraphError) -> LoweredProgram {
        try Lowering(graph, layout: GraphLayout(graph), shape: shape, options: options).program()
    }
}
