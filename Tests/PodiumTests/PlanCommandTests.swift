import Foundation
import Testing

/// `podium plan` with the real compiler, on a step so small that it takes seconds.
@Suite struct PlanCommandTests {
    private struct Plan: Decodable {
        struct Step: Decodable {
            var flops: Double
            var bytesAccessed: Double
            var optimalSeconds: Double?
            var hbmBytes: Int
        }
        var topology: String
        var deviceKind: String
        var devices: Int
        var perStep: Step
        var steps: Int
        var estimatedSeconds: Double
        var fits: Bool
    }

    private static let job = """
        name: planned
        kind: finetune
        model: {preset: tiny}
        task: glue/RTE
        data: sample
        training: {epochs: 3, batchSize: 8, maxSequenceLength: 64, trainExamples: 80}
        resources: {device: tpu, replicas: 8}
        """

    /// One that can be queued too: nothing is fine-tuned from fresh weights.
    private static let pretraining = """
        name: planned
        kind: pretrain
        model: {preset: tiny}
        corpus: sample
        training: {maxSteps: 30, batchSize: 8, maxSequenceLength: 64}
        resources: {device: tpu, replicas: 8}
        """

    /// The place's data directory with libtpu in it, as `podium device install tpu` leaves it.
    private func install(into place: Place) throws {
        let library = try #require(
            ProcessInfo.processInfo.environment["PODIUM_TEST_LIBTPU"],
            "PODIUM_TEST_LIBTPU does not name libtpu; `make test` fetches it"
        )
        let folder = "\(place.binary.dataDirectory)/plugins"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let package = URL(fileURLWithPath: library).deletingLastPathComponent().path
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/libtpu", withDestinationPath: package)
    }

    @Test func aPlanIsPrintedKeptAndShownWithTheRun() async throws {
        let place = try Place()
        defer { place.tearDown() }
        try install(into: place)
        let file = try place.write("planned.yaml", Self.pretraining)
        let outcome = try await place.binary.run("plan", file, "--tpu", "v2:2x2", "--json")
        try #require(outcome.status == 0, "\(outcome.error)")
        let plan = try JSONDecoder().decode(Plan.self, from: Data(outcome.output.utf8))
        #expect(plan.topology == "v2:2x2" && plan.deviceKind == "TPU v2" && plan.devices == 8)
        #expect(plan.steps == 30)
        #expect(plan.fits && plan.perStep.hbmBytes > 0 && plan.perStep.bytesAccessed > 0)
        let seconds = try #require(plan.perStep.optimalSeconds)
        #expect((plan.estimatedSeconds - 30 * seconds).magnitude < 1e-9)
        // One sequence of 64 tokens a device: three times the forward pass of its two layers and of the logits of its 20
        // predictions, and attention's.
        let layers: Double = 2 * 12 * 128 * 128 * 64
        let logits: Double = 20 * 30_522 * 128
        let products = layers + logits
        #expect(plan.perStep.flops > 6 * products && plan.perStep.flops < 12 * products)

        _ = try await place.up()
        try #require(try await place.binary.run("submit", file).status == 0)
        let shown = try await place.binary.run("show", "1")
        #expect(shown.output.contains("planned    30 steps"), "\(shown.output)")
        #expect(shown.output.contains("8 × TPU v2 (compiler)"))
    }

    /// A batch whose temporaries alone are more than a device has: the compiler refuses it, and that is an answer.
    @Test func aStepThatDoesNotFitIsAnAnswer() async throws {
        let place = try Place()
        defer { place.tearDown() }
        try install(into: place)
        let file = try place.write("planned.yaml", Self.job)
        let sizes = ["--set", "training.batchSize=8192", "--set", "training.maxSequenceLength=512"]
        let arguments = ["plan", file, "--tpu", "v2:2x2", "--devices", "1"] + sizes
        let outcome = try await place.binary.run(arguments)
        #expect(outcome.status == 1 && outcome.error.contains("does not fit v2:2x2"), "\(outcome.error)")
        #expect(outcome.output.contains("the compiler refuses a step that does not fit"), "\(outcome.output)")
        #expect(outcome.output.contains("gradientCheckpointing: true needs at least"), "\(outcome.output)")
        struct Refused: Decodable {
            struct Step: Decodable {
                var optimalSeconds: Double?
                var hbmBytes: Int
            }
            var perStep: Step
            var largestBatchPerDevice: Int
            var fits: Bool
        }
        let document = try await place.binary.run(arguments + ["--json"])
        let plan = try JSONDecoder().decode(Refused.self, from: Data(document.output.utf8))
        #expect(document.status == 1 && !plan.fits && plan.perStep.optimalSeconds == nil)
        #expect(plan.perStep.hbmBytes > 16 << 30 && plan.largestBatchPerDevice > 100)
        #expect(plan.largestBatchPerDevice < 4096)
    }

    @Test func whatCannotBePlannedIsExplained() async throws {
        let place = try Place()
        defer { place.tearDown() }
        let file = try place.write("planned.yaml", Self.job)
        let unknown = try await place.binary.run("plan", file, "--tpu", "v9:2x2")
        #expect(unknown.status == 2 && unknown.error.contains("is no TPU topology"), "\(unknown.error)")
        let none = try await place.binary.run("plan", file, "--tpu", "v2:2x2", "--devices", "0")
        #expect(none.status == 2 && none.error.contains("--devices"), "\(none.error)")
        try install(into: place)
        let many = try await place.binary.run("plan", file, "--tpu", "v2:2x2", "--devices", "9")
        #expect(many.status == 2 && many.error.contains("has 8 devices, not 9"), "\(many.error)")
    }
}
