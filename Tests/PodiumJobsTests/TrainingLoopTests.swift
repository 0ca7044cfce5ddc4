import Foundation
import PodiumBERT
import PodiumCore
import PodiumGraph
import PodiumJobs
import Testing

/// A device whose loss is a number until a step at which it is none.
private final class DivergingDevice: GraphDevice {
    final class Store: VariableStore {
        private var tensors: [String: HostTensor] = [:]
        private(set) var names: [String] = []

        func shape(of name: String) throws(GraphError) -> [Int] { try read(name).shape }

        func read(_ name: String) throws(GraphError) -> HostTensor {
            guard let tensor = tensors[name] else { throw GraphError(.unknownVariable, name) }
            return tensor
        }

        func write(_ name: String, _ tensor: HostTensor) {
            if tensors[name] == nil { names.append(name) }
            tensors[name] = tensor
        }
    }

    final class Executor: GraphExecutor {
        let graph: Graph
        let variables: any VariableStore
        private let lastStep: Int32

        init(_ graph: Graph, _ store: Store, lastStep: Int32) {
            self.graph = graph
            self.lastStep = lastStep
            variables = store
            for variable in graph.variables where (try? store.read(variable.name)) == nil {
                let shape = variable.value.shape.map(\.fixed)
                store.write(variable.name, HostTensor([Float](repeating: 0, count: shape.reduce(1, *)), shape: shape))
            }
        }

        func run(_ feeds: [String: HostTensor]) throws(GraphError) -> [String: HostTensor] {
            let isLost = (feeds["step"]?.integers[0] ?? 0) >= lastStep
            return ["loss": HostTensor(scalar: isLost ? .nan : 1), "gradientNorm": HostTensor(scalar: Float(1))]
        }
    }

    let replicas = 1
    private let lastStep: Int32

    init(lastStep: Int32) { self.lastStep = lastStep }

    func makeVariables() -> any VariableStore { Store() }

    func load(_ graph: Graph, variables: any VariableStore) throws(GraphError) -> any GraphExecutor {
        guard let store = variables as? Store else { throw GraphError(.unsupported, "another device's variables") }
        return Executor(graph, store, lastStep: lastStep)
    }
}

@Suite struct TrainingLoopTests {
    /// What a run of ten steps says whose loss is lost at a step counted from 0.
    private func message(lostAt step: Int32, checkpointEverySteps: Int?) throws -> (message: String, folder: String) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("podium-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let configuration = Configuration(vocabularySize: 9, hiddenSize: 4, layers: 1, heads: 1, intermediateSize: 4)
        let model = configuration.model
        let head = Head.classification(labels: 2)
        let optimizer = OptimizerOptions()
        let device = DivergingDevice(lastStep: step)
        let trainer = try Trainer(
            model: model,
            head: head,
            weights: .fresh(
                for: model.trainingGraph(head, optimizer: optimizer),
                configuration: configuration,
                seed: 1
            ),
            optimizer: optimizer,
            seed: 1,
            device: device
        )
        var training = Optimization()
        training.maxSteps = 10
        training.checkpointEverySteps = checkpointEverySteps
        let work = FineTuning(model: .named("minilm-l6"), task: .mrpc)
        let claim = Claim(
            lease: Lease(run: RunID(rawValue: 1), attempt: 1, token: 1),
            suite: SuiteID(rawValue: 1),
            spec: RunSpec(name: "run", system: "system", work: .finetune(work))
        )
        let context = JobContext(
            assignment: EngineAssignment(claim: claim, dataDirectory: folder),
            folder: folder,
            device: device,
            say: { _ in },
            shouldStop: { false }
        )
        let loop = TrainingLoop(
            context: context,
            trainer: trainer,
            training: training,
            totalSteps: 10,
            trainExamples: 30,
            names: { numbers in numbers.map { "example-\($0)" } },
            origin: try TrainingOrigin(context, datasets: [], model: nil),
            writeModel: { _ in (0, "") }
        )
        do {
            _ = try loop.run { step in
                let sequences = (0..<3).map { place in
                    PackedBatch.Sequence(ids: [1, 2], types: [0, 0], example: Int32(3 * step + place))
                }
                var batch = PackedBatch(sequences, isTraining: true)
                batch.feed("labels", HostTensor([0, 1, 0] as [Int32]))
                return batch
            }
        } catch let error as JobError {
            #expect(error.failure == .diverged)
            return (error.message, folder)
        }
        return ("no error", folder)
    }

    @Test func aLostLossNamesItsStepItsExamplesAndTheLastGoodCheckpoint() throws {
        let (message, folder) = try message(lostAt: 5, checkpointEverySteps: 2)
        #expect(message.contains("step 6: the loss is nan"), "\(message)")
        #expect(message.contains("example-15, example-16, example-17"), "\(message)")
        #expect(
            message.contains("the last good checkpoint is of step 4: \(folder)/checkpoints/step-4.safetensors"),
            "\(message)"
        )
    }

    @Test func aLossThatIsLostBeforeTheFirstCheckpointSaysSo() throws {
        let (message, _) = try message(lostAt: 0, checkpointEverySteps: 2)
        #expect(message.contains("step 1: ") && message.contains("no checkpoint was saved before"), "\(message)")
    }
}
