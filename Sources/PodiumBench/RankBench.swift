internal import Foundation
internal import PodiumBERT
package import PodiumCPU
package import PodiumDevices
internal import PodiumGraph
internal import Subprocess
internal import SystemPackage

/// Training steps of a model size, shared by ranks, against one process with as many threads.
///
/// Each measurement is a process of its own, or several under mpirun, that prints a `RankBench.Sample`.
package struct RankBench {
    /// What one rank measured.
    package struct Sample: Codable {
        package var secondsPerStep: [Double]
        /// In which a step waited for exchanges and had nothing else to do.
        package var secondsExposed: [Double]
        /// Of the exchange of one step's gradients while nothing is computed.
        package var secondsOfExchange: [Double]
        package var tokensPerStep: Int
    }

    /// How a measurement is started.
    package struct Launch: Sendable {
        package var executable: String
        package var arguments: [String]

        package init(executable: String, arguments: [String]) {
            (self.executable, self.arguments) = (executable, arguments)
        }
    }

    private let selection: BenchSelection
    private let sizes: [String]
    private let ranks: Int
    private let batchRows: Int?
    private let launch: (_ size: String, _ ranks: Int, _ threads: Int, _ shards: Int) throws -> Launch

    /// - Parameters:
    ///   - ranks: that share a step, with a thread each.
    ///   - batchRows: of a batch; nil for the size's own.
    ///   - launch: starts a measurement; its ranks measure by `measure`.
    package init(
        selection: BenchSelection,
        ranks: Int,
        batchRows: Int?,
        launch: @escaping (_ size: String, _ ranks: Int, _ threads: Int, _ shards: Int) throws -> Launch
    ) {
        self.selection = selection
        self.ranks = ranks
        self.batchRows = batchRows
        self.launch = launch
        sizes = BenchShape.all.map(\.name).filter { selection.selects("ranks/\($0)") || selection.names.contains($0) }
    }

    package func figures() async throws -> [BenchFigure] {
        var figures: [BenchFigure] = []
        for size in sizes {
            var (alone, shared): ([Sample], [Sample]) = ([], [])
            // They take turns: the machine may change its mind about its clock.
            for _ in 0..<3 {
                alone.append(try await sample(launch(size, 1, ranks, 1)))
                shared.append(try await sample(launch(size, ranks, 1, ranks)))
            }
            func median(_ samples: [Sample], _ values: (Sample) -> [Double]) -> Double {
                Stopwatch.median(samples.flatMap(values))
            }
            let tokens = Double(alone[0].tokensPerStep)
            let exchange = median(shared, \.secondsOfExchange)
            let name = "ranks/\(size)/\(batchRows.map { "rows-\($0)/" } ?? "")\(ranks)x1"
            figures += [
                BenchFigure(
                    name: name,
                    value: tokens / median(shared, \.secondsPerStep),
                    unit: "tokens/s",
                    ceiling: tokens / median(alone, \.secondsPerStep)
                ),
                BenchFigure(name: name + "/seconds", value: median(shared, \.secondsPerStep), unit: "s/step"),
                BenchFigure(name: name + "/exchange", value: exchange, unit: "s/step"),
                BenchFigure(
                    name: name + "/hidden",
                    value: max(0, exchange - median(shared, \.secondsExposed)),
                    unit: "s/step",
                    ceiling: exchange
                ),
            ]
        }
        return figures
    }

    private func sample(_ launch: Launch) async throws -> Sample {
        let result = try await Subprocess.run(
            launch.executable.contains("/") ? .path(FilePath(launch.executable)) : .name(launch.executable),
            arguments: Arguments(launch.arguments),
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        guard let sample = try? JSONDecoder().decode(Sample.self, from: Data(result.standardOutput.utf8)) else {
            throw BenchError(
                .failed,
                "\(launch.executable) \(launch.arguments.joined(separator: " ")) measured nothing: \(result.standardError.suffix(2000))"
            )
        }
        return sample
    }

    /// What a rank measures; nil where the first one tells.
    ///
    /// - Parameter batchRows: nil for the size's own.
    package static func measure(
        size: String,
        batchRows: Int?,
        ranks: Int,
        threads: Int,
        shards: Int,
        precision: CPUConfiguration.Precision,
        repeats: Int,
        devices: DeviceFactory
    ) throws -> Sample? {
        guard var shape = BenchShape.all.first(where: { $0.name == size }) else {
            throw BenchError(.input, "no size is called \(size)")
        }
        if let batchRows { shape.rows = batchRows }
        let group = try devices.ranks(ranks)
        let device = try devices.cpu(threads: threads, precision: precision, shards: shards, ranks: group)
        let rows = BenchRows.full(shape)
        let model = shape.configuration.model
        let optimizer = OptimizerOptions()
        let graph = model.trainingGraph(rows.head, optimizer: optimizer)
        let trainer = try Trainer(
            model: model,
            head: rows.head,
            weights: .fresh(for: graph, configuration: shape.configuration, seed: 1),
            optimizer: optimizer,
            seed: 1,
            device: device
        )
        let batch = rows.training[0]
        var sample = Sample(
            secondsPerStep: [],
            secondsExposed: [],
            secondsOfExchange: [],
            tokensPerStep: batch.tokens
        )
        for number in 0..<repeats + 1 {
            try group.barrier()
            let before = device.communicationTimes.secondsExposed
            let seconds = try Stopwatch.seconds { _ = try trainer.train(batch, learningRate: 1e-5) }
            guard number > 0 else { continue }
            sample.secondsPerStep.append(seconds)
            sample.secondsExposed.append(device.communicationTimes.secondsExposed - before)
        }
        if ranks > 1 {
            // Of the word table, as many rows as the batch may have.
            let table = shape.configuration.vocabularySize - min(batch.tokens, shape.configuration.vocabularySize)
            let all = graph.parameters.reduce(0) { $0 + $1.value.type.count(in: [:]) }
            let elements = all - table * shape.configuration.hiddenSize
            for _ in 0..<repeats {
                try group.barrier()
                sample.secondsOfExchange.append(
                    try Stopwatch.seconds {
                        group.submit { link throws(GraphError) in try Self.exchange(elements, over: link) }
                        try group.wait()
                    }
                )
            }
        }
        try DeviceFactory.leave(group)
        return group.isFirst ? sample : nil
    }

    private static func exchange(_ count: Int, over link: any RankLink) throws(GraphError) {
        let elements = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
        let staging = UnsafeMutablePointer<Float>.allocate(capacity: count / 2 + 1)
        defer {
            elements.deallocate()
            staging.deallocate()
        }
        elements.initialize(repeating: 1)
        try link.sum([elements], staging: staging) { sums, terms, count in
            for index in 0..<count { sums[index] += terms[index] }
        }
    }
}
