import Foundation
import PodiumCore

/// Refuses a run that needs more memory than it may have, before its first step.
package struct MemoryCheck: Sendable {
    /// `resources.memory` of the job file; nil where it names none.
    let limit: Int64?
    let state: MemoryState?

    package init(limit: Int64?, state: MemoryState?) {
        (self.limit, self.state) = (limit, state)
    }

    /// Throws if a need is too large.
    ///
    /// - Parameters:
    ///   - batchSize: as configured.
    ///   - isCheckpointing: whether gradient checkpointing is on already.
    ///   - need: bytes that the run needs beyond what is resident, with a batch size; nil if unknown.
    package func check(batchSize: Int, isCheckpointing: Bool, need: (_ batchSize: Int) -> Int?) throws {
        guard let state, let needed = need(batchSize), let reason = refusal(needed, state) else { return }
        var smaller = batchSize / 2
        while smaller > 0, need(smaller).map({ refusal($0, state) != nil }) ?? true { smaller /= 2 }
        var advice: [String] = []
        if smaller > 0 { advice.append("a batchSize of \(smaller) fits") }
        if !isCheckpointing { advice.append("gradientCheckpointing: true needs less") }
        advice.append("a shorter maxSequenceLength or a smaller model needs less")
        throw JobError(
            reason.failure,
            "a batch of \(batchSize) needs about \(Self.text(needed)) for optimizer state and activations; \(reason.text); "
                + advice.joined(separator: "; ")
        )
    }

    private func refusal(_ needed: Int, _ state: MemoryState) -> (failure: FailureClass, text: String)? {
        if let limit, state.resident + needed > limit {
            let text = "with \(Self.text(state.resident)) in use already that is more than resources.memory, "
            return (.input, text + Self.text(Int(limit)))
        }
        if needed > state.total - state.resident { return (.input, "the machine has \(Self.text(state.total)) in all") }
        if needed > state.available {
            return (.outOfMemory, "only \(Self.text(state.available)) of \(Self.text(state.total)) are free now")
        }
        return nil
    }

    private static func text(_ bytes: Int) -> String {
        let mebibytes = Double(bytes) / 1_048_576
        return mebibytes < 1024
            ? "\(Int(mebibytes.rounded())) MiB" : String(format: "%.1f GiB", mebibytes / 1024)
    }
}
