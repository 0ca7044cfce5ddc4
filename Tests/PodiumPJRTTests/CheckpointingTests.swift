import PodiumBERT
import PodiumCPU
import PodiumGraph
import PodiumPJRT
import Testing

/// Computing activations again instead of keeping them changes nothing but memory.
@Suite(.serialized) struct CheckpointingTests {
    @Test func thePlugInTrainsTheSame() throws {
        let head = Head.classification(labels: 2)
        let own = try TrainingTests.train(head, on: CPUDevice(CPUConfiguration(threads: 2)))
        let theirs = try TrainingTests.train(head, on: PJRTDevice(TestDevice.client()), checkpointing: true)
        TrainingTests.expectClose(theirs, own, head)
    }

    /// By the TPU's compiler: a step that keeps less needs less, and computes about a third more.
    @Test func aStepNeedsLessMemoryOnATPU() throws {
        let configuration = Configuration(
            vocabularySize: 512,
            hiddenSize: 128,
            layers: 6,
            heads: 2,
            intermediateSize: 512
        )
        let compiler = try TPUCompiler(path: PlanTests.compilerPath())
        let costs = try [false, true].map { checkpointing in
            let graph = BERTEncoder(configuration).trainingGraph(
                .span,
                optimizer: OptimizerOptions(),
                checkpointing: checkpointing
            )
            let shape = ProgramShape.padded(sequences: 16, length: 256)
            return try compiler.cost(of: graph, shape: shape, topology: "v2:2x2")
        }
        #expect(costs[1].temporaryBytes < costs[0].temporaryBytes / 2, "\(costs.map(\.temporaryBytes))")
        let more = costs[1].flops / costs[0].flops
        #expect(more > 1.2 && more < 1.4, "\(more)")
    }
}
