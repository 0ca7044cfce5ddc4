import Foundation
import PodiumBERT
import PodiumCore
import PodiumDevices
import PodiumLibrary
import Testing

struct PlannedStepTests {
    private func step(_ work: Work) throws -> PlannedStep {
        try PlannedStep(RunSpec(name: "run", system: "a", work: work), models: ModelLibrary(directory: "/nonexistent"))
    }

    /// Each is trained with the objectives that its job would have.
    @Test(arguments: Architecture.allCases) func preTrainingIsPlannedForItsArchitecture(architecture: Architecture)
        throws
    {
        var fresh = FreshModel(preset: "tiny")
        fresh.architecture = architecture
        var work = Pretraining(model: .preset("tiny"))
        work.start = .fresh(fresh)
        work.optimization.length = .steps(10)
        guard architecture != .shallowBidirectional else {
            // The compiler counts a loop's body once: its costs would be far too low.
            let error = #expect(throws: DeviceError.self) { try self.step(.pretrain(work)) }
            #expect(error?.message.contains("recurrent layers") == true)
            return
        }
        let step = try step(.pretrain(work))
        #expect(step.model.architecture.rawValue == architecture.rawValue)
        #expect(step.head == .pretraining(step.model.model.defaultObjectives))
        #expect((step.head == .pretraining(Objective.release)) == (architecture == .bidirectional))
    }

    @Test func aTaskHasItsOwnHead() throws {
        #expect(try step(.finetune(FineTuning(model: .preset("tiny"), task: .mnli))).head == .classification(labels: 3))
        #expect(try step(.finetune(FineTuning(model: .preset("tiny"), task: .stsb))).head == .regression)
        #expect(try step(.finetune(FineTuning(model: .preset("tiny"), task: .squadV1))).head == .span)
    }

    private func result(stepSeconds: Double?, estimatedBy: String?) throws -> PlanResult {
        let seconds = stepSeconds.map { "\($0)" } ?? "null"
        let json = """
            {"name": "run", "topology": "v2:2x2", "deviceKind": "TPU v2", "devices": 8, "replicas": 4,
            "perStep": {"hbmBytes": 1000000000, "optimalSeconds": \(seconds)}, "hbmCapacityBytes": 8000000000,
            "batchPerDevice": 2, "largestBatchPerDevice": 9, "steps": 100, "runs": 1, "fits": true
            \(estimatedBy.map { ", \"estimatedBy\": \"\($0)\"" } ?? "")}
            """
        return try JSONDecoder().decode(PlanResult.self, from: Data(json.utf8))
    }

    @Test func aPlanOnOneLineSaysWhatAStepTakesAndWhoSaysSo() throws {
        let known = try result(stepSeconds: 0.01234, estimatedBy: "roofline")
        #expect(known.summary == "100 steps, 12.3 ms a step on 4 × TPU v2 (roofline)")
        let refused = try result(stepSeconds: nil, estimatedBy: nil)
        #expect(refused.summary == "100 steps, too large on 4 × TPU v2 (compiler)")
    }
}
