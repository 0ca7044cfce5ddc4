internal import Foundation
internal import PodiumBERT
internal import PodiumCPU
internal import PodiumCore
package import PodiumDevices
internal import PodiumFiles
internal import PodiumJobs

/// Sentences into vectors, from the file to the finished array.
package struct EmbedBench {
    private let selection: BenchSelection
    private let model: String
    private let texts: String
    /// How many of the texts are measured.
    private let count: Int
    private let devices: DeviceFactory
    private let threads: Int
    /// Where the vectors are written.
    private let folder: String
    private let peakMemory: () -> Double

    package init(
        selection: BenchSelection,
        model: String,
        texts: String,
        count: Int,
        devices: DeviceFactory,
        threads: Int,
        folder: String,
        peakMemory: @escaping () -> Double
    ) {
        (self.selection, self.model, self.texts, self.count) = (selection, model, texts, count)
        self.devices = devices
        (self.threads, self.folder, self.peakMemory) = (threads, folder, peakMemory)
    }

    package func figures() throws -> [BenchFigure] {
        var figures: [BenchFigure] = []
        let measured = "\(folder)/texts"
        try AtomicFile.write(try firstTexts(), to: measured)
        for precision in [CPUConfiguration.Precision.float32, .bfloat16] {
            let name = "embed/\(precision.rawValue)"
            guard selection.selects(name) else { continue }
            let device = try devices.cpu(threads: threads, precision: precision)
            let directory = try ModelDirectory(path: model)
            var options = EmbeddingOptions()
            options.format = .npy
            let run = EmbeddingRun(
                files: [measured],
                options: options,
                engine: EngineOptions(),
                model: directory,
                device: device
            )
            var summary: EmbeddingRun.Summary?
            func once() throws {
                summary = try run.write(to: "\(folder)/vectors.npy", work: "\(folder)/work") { _, _ in }
            }
            try once()
            var times: [Double] = []
            var ceilings: [Double] = []
            for _ in 0..<selection.repeats {
                ceilings.append(try device.measureMatmulCeiling())
                times.append(try Stopwatch.seconds(once))
            }
            let seconds = Stopwatch.median(times)
            let c = directory.configuration
            // Products of the linear layers alone: attention's are few at these lengths.
            let weights = c.layers * c.hiddenSize * (4 * c.hiddenSize + 2 * c.intermediateSize)
            let operations = 2.0 * Double(weights) * Double(summary?.pieces ?? 0)
            figures += [
                BenchFigure(
                    name: name,
                    value: 1e-9 * operations / seconds,
                    unit: "GFLOP/s",
                    ceiling: 1e-9 * Stopwatch.median(ceilings)
                ),
                BenchFigure(
                    name: name + "/sentences",
                    value: Double(summary?.texts ?? 0) / seconds,
                    unit: "sentences/s"
                ),
                BenchFigure(name: name + "/seconds", value: seconds, unit: "s"),
                BenchFigure(name: name + "/peak-memory", value: peakMemory() / 1e6, unit: "MB"),
            ]
        }
        return figures
    }

    /// The first texts of the file, one a line.
    private func firstTexts() throws -> [UInt8] {
        let lines = try FileLines(texts)
        var bytes: [UInt8] = []
        while lines.number < count, let line = try lines.next() { bytes += line + [0x0A] }
        return bytes
    }
}
