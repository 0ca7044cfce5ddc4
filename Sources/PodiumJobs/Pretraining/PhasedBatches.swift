import PodiumBERT
import PodiumCore

/// The batches of a pre-training whose phases follow each other as the share of its training goes on.
struct PhasedBatches: BatchSource {
    struct Phase {
        var batches: PretrainingBatches
        /// Of the training; those of all phases add up to 1.
        var fraction: Double
    }

    private var phases: [Phase]
    private var current = 0
    /// The step, of the whole training, with which the current phase began.
    private var firstStep = 0

    private static let phaseKey = "podium.phase"
    private static let stepKey = "podium.phaseFirstStep"

    init(_ phases: [Phase]) {
        precondition(!phases.isEmpty)
        self.phases = phases
    }

    var sequencesPerPass: Int { phases[0].batches.sequencesPerPass }

    /// Steps in which the phases go over their examples so often in all.
    func steps(passes: Double) -> Int {
        guard phases.count > 1 else { return phases[0].batches.steps(passes: passes) }
        let passesPerStep = phases.reduce(0) { $0 + $1.fraction / Double($1.batches.steps(passes: 1)) }
        return max(1, Int((passes / passesPerStep).rounded()))
    }

    mutating func parts(step: Int, share: Double) throws -> [PackedBatch] {
        // Shares are quotients of step numbers: equal ones may differ in the last digit.
        while current + 1 < phases.count,
            share >= phases[...current].reduce(0, { $0 + $1.fraction }) - 1e-12
        {
            current += 1
            firstStep = step
        }
        return [try phases[current].batches.batch(step: step - firstStep)]
    }

    var state: [String: String] { [Self.phaseKey: "\(current)", Self.stepKey: "\(firstStep)"] }

    mutating func restore(_ state: [String: String]) throws {
        guard let phase = state[Self.phaseKey].flatMap({ Int($0) }), phases.indices.contains(phase),
            let first = state[Self.stepKey].flatMap({ Int($0) }), first >= 0
        else { throw JobError(.input, "the checkpoint does not say in which phase it is") }
        (current, firstStep) = (phase, first)
    }
}
