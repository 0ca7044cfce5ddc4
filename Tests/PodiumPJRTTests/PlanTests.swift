import Foundation
import PodiumBERT
import PodiumGraph
import PodiumPJRT
import Testing

/// Plans for TPUs that are not there.
@Suite struct PlanTests {
    @Test func topologiesAreReadOrExplained() throws {
        let small = try TPUChip.parse("v2:2x2")
        #expect(small.chip == .v2 && small.chips == 4)
        let cube = try TPUChip.parse("v4:2x2x4")
        #expect(cube.chip == .v4 && cube.chips == 16)
        for text in ["v9:2x2", "v2", "v2:2", "v2:2xa", "v2:0x1", "", "v2:2x2x2x2", "v5e:-1x2"] {
            #expect(throws: PJRTError.self) { try TPUChip.parse(text) }
        }
    }

    @Test(arguments: TPUChip.allCases) func chipsAreOfThisWorld(_ chip: TPUChip) {
        #expect(chip.peakFLOPS > 20e12 && chip.memoryBandwidth > 300e9 && chip.memoryBytes >= 16 << 30)
    }

    /// libtpu, which must be there: a missing compiler fails the tests, it does not skip them.
    static func compilerPath() throws -> String {
        try #require(
            ProcessInfo.processInfo.environment["PODIUM_TEST_LIBTPU"],
            "PODIUM_TEST_LIBTPU does not name libtpu; `make test` fetches it"
        )
    }

    /// The real compiler; it takes half a minute.
    @Test func theCompilerTellsWhatAStepCosts() throws {
        let configuration = Configuration(
            vocabularySize: 512,
            hiddenSize: 128,
            layers: 1,
            heads: 2,
            intermediateSize: 512
        )
        let graph = BERTEncoder(configuration).trainingGraph(.span, optimizer: OptimizerOptions())
        let shape = ProgramShape.padded(sequences: 4, length: 128)
        let cost = try TPUCompiler(path: Self.compilerPath()).cost(of: graph, shape: shape, topology: "v2:2x2")
        #expect(cost.devices == 8 && cost.deviceKind == "TPU v2")
        // 6 × weights × tokens for the layer, and attention's products.
        let layer = 6.0 * Double(12 * 128 * 128) * 512 + 12.0 * 128 * 512 * 128
        #expect(cost.flops > layer && cost.flops < 2 * layer, "\(cost.flops) where \(layer) are expected")
        #expect(cost.fits && cost.memoryBytes > 3 * 4 * 12 * 128 * 128)
        #expect(cost.seconds > 0 && cost.seconds < 0.1)
    }

    /// What a layer adds to the memory of a step is what its gradient cannot do without: of each token the two normalized
    /// rows, the projections and the context of attention, and GELU's input, all bfloat16, its scores, and masks.
    @Test func aLayerKeepsLittle() throws {
        let (width, heads, length, sequences) = (256, 4, 128, 16)
        let compiler = try TPUCompiler(path: Self.compilerPath())
        let bytes = try [2, 6].map { layers in
            let configuration = Configuration(
                vocabularySize: 512,
                hiddenSize: width,
                layers: layers,
                heads: heads,
                intermediateSize: 4 * width
            )
            let graph = BERTEncoder(configuration).trainingGraph(.span, optimizer: OptimizerOptions())
            let shape = ProgramShape.padded(sequences: sequences, length: length)
            return try compiler.cost(of: graph, shape: shape, topology: "v2:2x2").temporaryBytes
        }
        let kept = 2 * (2 + 3 + 1 + 4) * width + 2 * heads * length + 2 * width / 4
        let layer = (bytes[1] - bytes[0]) / 4
        #expect(layer < sequences * length * kept * 12 / 10, "\(layer) for \(sequences * length * kept)")
    }
}
