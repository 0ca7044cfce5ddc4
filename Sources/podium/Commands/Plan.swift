import ArgumentParser
import Foundation
import PodiumBERT
import PodiumCore
import PodiumGraph
import PodiumJobs
import PodiumPJRT

struct Plan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compiles a job's training step for a TPU that need not be there.",
        discussion: """
            Says whether the step fits into the TPU's memory, what it costs, and how long the job \
            should take. The compiler is the real one (libtpu, fetched by `podium device install tpu`); \
            one step takes it a minute or two. The global batch is shared out over all devices of the \
            topology. Steps are counted for the official training sets unless the file limits them.

            Times come from the compiler; where its estimate makes no sense the roofline of the chip's \
            published rates is shown instead, which is a lower bound.

            Exit status 0 if everything fits, 1 if something does not.

            Examples:
              podium plan jobs/squad-large.yaml --tpu v2:2x2
              podium plan jobs/squad-large.yaml --tpu v5e:2x2 --json
            """
    )

    @OptionGroup var job: JobFileOptions
    @OptionGroup var place: PlaceOptions
    @Option(help: "The topology: v2:2x2, v3:2x2, v4:2x2x1, v5e:2x2, v5p:2x2x1, v6e:2x2, …")
    var tpu: String
    @Flag(help: "One JSON document.")
    var json = false

    func run() async throws {
        _ = try TPUChip.parse(tpu)
        let submission = try await job.submission(place: place)
        var planned: [PlannedStep] = []
        for run in submission.runs.map(\.spec) where run.kind == .finetune || run.kind == .pretrain {
            let step = try PlannedStep(run, models: ModelLibrary(directory: place.dataDirectory + "/models"))
            if let known = planned.firstIndex(where: { $0.isSame(as: step) }) {
                planned[known].runs += 1
            } else {
                planned.append(step)
            }
        }
        guard !planned.isEmpty else { throw Failure(.usage, "\(submission.name) trains nothing that could be planned") }
        let devices = DeviceFactory(dataDirectory: place.dataDirectory)
        let compiler = try TPUCompiler(path: try devices.compilerPath())
        let replicas = try compiler.deviceCount(of: tpu)
        var results: [PlanResult] = []
        for step in planned {
            Terminal.error("Compiling \(step.name) for \(tpu) …")
            results.append(try step.result(on: tpu, replicas: replicas, compiler: compiler))
        }
        if json {
            if results.count == 1 { try JSONOutput.print(results[0]) } else { try JSONOutput.print(results) }
        } else {
            Terminal.print(results.map(\.text).joined(separator: "\n\n"))
        }
        let tooLarge = results.filter { !$0.fits }.map(\.name)
        if !tooLarge.isEmpty { throw Failure(.failed, "does not fit \(tpu): \(tooLarge.joined(separator: ", "))") }
    }
}

/// A training step that one or more runs of a job take.
private struct PlannedStep {
    let name: String
    let model: Configuration
    let head: Head
    let training: TrainingOptions
    let steps: Int
    /// How many runs take it: seeds, mostly.
    var runs = 1

    init(_ spec: RunSpec, models: ModelLibrary) throws {
        name = spec.name
        training = spec.training
        switch spec.model {
        case .preset(let preset):
            // The released vocabulary, whatever a run on a small text would learn.
            guard let known = Configuration(preset: preset, vocabularySize: 30_522) else {
                throw Failure(.usage, "there is no size \(preset)")
            }
            model = known
        case .named(let known): model = try ModelDirectory(path: models.path(of: known)).configuration
        case .path(let path): model = try ModelDirectory(path: path).configuration
        case .run(let run):
            throw Failure(.usage, "\(spec.name) starts from run \(run), whose shape is not known before it ran")
        }
        let examples: Int
        switch spec.task?.output {
        case .classification(let labels): head = .classification(labels: labels.count)
        case .regression: head = .regression
        case .span: head = .span
        case nil: head = .pretraining
        }
        if let task = spec.task {
            examples = min(training.trainExamples ?? .max, task.officialTrainingExamples)
        } else {
            guard training.maxSteps != nil else {
                throw Failure(.usage, "\(spec.name): a pre-training needs maxSteps to be planned")
            }
            examples = training.batchSize
        }
        let whole = Int((Double(examples) / Double(training.batchSize) * training.epochs).rounded())
        steps = spec.task == nil ? training.maxSteps ?? whole : min(training.maxSteps ?? .max, max(1, whole))
    }

    func isSame(as other: PlannedStep) -> Bool {
        model == other.model && head == other.head && training == other.training
    }

    func result(on topology: String, replicas: Int, compiler: TPUCompiler) throws -> PlanResult {
        let share = (training.batchSize + replicas - 1) / replicas
        let masked = head == .pretraining ? training.maxPredictionsPerSequence * share : 0
        let cost = try compiler.cost(
            of: Encoder(model).trainingGraph(head, optimizer: AdamW.Options()),
            shape: .padded(sequences: share, length: training.maxSequenceLength, masked: masked),
            options: LoweringOptions(precision: .bfloat16, replicas: replicas),
            topology: topology
        )
        return PlanResult(self, cost: cost, share: share)
    }
}

/// What the compiler says of a step, and what follows for the job.
private struct PlanResult: Encodable {
    struct Step: Encodable {
        var flops: Double
        var bytesAccessed: Double
        /// Null where the compiler's estimate makes no sense.
        var optimalSeconds: Double?
        var rooflineSeconds: Double
        var hbmBytes: Int

        func encode(to encoder: any Swift.Encoder) throws {
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(flops, forKey: .flops)
            try container.encode(bytesAccessed, forKey: .bytesAccessed)
            try container.encode(optimalSeconds, forKey: .optimalSeconds)
            try container.encode(rooflineSeconds, forKey: .rooflineSeconds)
            try container.encode(hbmBytes, forKey: .hbmBytes)
        }

        private enum Keys: String, CodingKey {
            case flops, bytesAccessed, optimalSeconds, rooflineSeconds, hbmBytes
        }
    }

    var name: String
    var topology: String
    var deviceKind: String
    var devices: Int
    /// Of one device.
    var perStep: Step
    var hbmCapacityBytes: Int
    var batchPerDevice: Int
    /// What should still fit a device, by the memory that this batch takes.
    var largestBatchPerDevice: Int
    var steps: Int
    var runs: Int
    /// Of all runs, one after the other.
    var estimatedSeconds: Double
    /// `compiler` or `roofline`.
    var estimatedBy: String
    /// Why not the compiler's.
    var refusal: String?
    var compileSeconds: Double
    var fits: Bool

    init(_ step: PlannedStep, cost: StepCost, share: Int) {
        name = step.name
        topology = cost.topology
        deviceKind = cost.deviceKind
        devices = cost.devices
        perStep = Step(
            flops: cost.flops,
            bytesAccessed: cost.bytesAccessed,
            optimalSeconds: cost.optimalSeconds,
            rooflineSeconds: cost.rooflineSeconds,
            hbmBytes: cost.memoryBytes
        )
        hbmCapacityBytes = cost.memoryCapacity
        batchPerDevice = share
        largestBatchPerDevice = cost.largestBatch(from: share)
        steps = step.steps
        runs = step.runs
        estimatedSeconds = cost.seconds * Double(step.steps * step.runs)
        estimatedBy = cost.source.rawValue
        refusal = cost.refusal
        compileSeconds = cost.compileSeconds
        fits = cost.fits
    }

    var text: String {
        func gigabytes(_ bytes: Double) -> String { "\(BenchFigure.short(bytes / 1e9)) GB" }
        func milliseconds(_ seconds: Double) -> String { "\(BenchFigure.short(seconds * 1e3)) ms" }
        let time =
            perStep.optimalSeconds.map { "\(milliseconds($0)) by the compiler" } ?? "no estimate: \(refusal ?? "")"
        let batch = "\(batchPerDevice) a device; about \(largestBatchPerDevice) would fit"
        let advice = "use a smaller batch, more devices, or a shorter maxSequenceLength"
        return """
            \(name) on \(topology) (\(devices) × \(deviceKind))
              step        \(time); roofline \(milliseconds(perStep.rooflineSeconds))
              arithmetic  \(BenchFigure.short(perStep.flops / 1e12)) TFLOP, \(gigabytes(perStep.bytesAccessed)) moved, a device
              memory      \(gigabytes(Double(perStep.hbmBytes))) of \(gigabytes(Double(hbmCapacityBytes))) a device\(fits ? "" : " — DOES NOT FIT: \(advice)")
              batch       \(batch)
              job         \(steps) steps\(runs > 1 ? " × \(runs) runs" : ""): about \(clockText(estimatedSeconds)) (\(estimatedBy))
            """
    }
}

extension BenchmarkTask {
    /// Examples (for SQuAD: questions) of the official training set, by which the release counts steps.
    fileprivate var officialTrainingExamples: Int {
        switch self {
        case .cola: 8551
        case .sst2: 67_349
        case .mrpc: 3668
        case .stsb: 5749
        case .qqp: 363_849
        case .mnli: 392_702
        case .qnli: 104_743
        case .rte: 2490
        case .wnli: 635
        case .ax: 0
        case .squadV1: 87_599
        case .squadV2: 130_319
        }
    }
}
