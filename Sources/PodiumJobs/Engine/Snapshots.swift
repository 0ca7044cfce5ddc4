import PodiumBERT
import PodiumCore
import PodiumGraph
import PodiumFiles

/// Models on the way that other runs start from, or that the run itself keeps, written when training passes them.
package struct Snapshots {
    /// Writes the model as it is into a folder.
    package typealias Write = (_ folder: String) throws -> (bytes: Int64, sha256: String)

    private let context: JobContext
    private let write: Write
    private var open: Set<ArtifactSelector>

    init(context: JobContext, write: @escaping Write) {
        self.context = context
        self.write = write
        let kept = context.spec.work.pretraining?.checkpointsAt ?? []
        // The model at the end is the result.
        open = Set(context.assignment.snapshots + kept.map { .share(atLeast: $0) }).filter { $0 != .share(atLeast: 1) }
    }

    /// Leaves out what an earlier attempt has passed: it wrote the model before it wrote its checkpoint.
    mutating func skip(step: Int, share: Double?) {
        if step > 0 { open = open.filter { !Self.isReached($0, step, share) } }
    }

    func isDue(step: Int, share: Double?) -> Bool {
        open.contains { Self.isReached($0, step, share) }
    }

    /// Writes the model if this place is asked for.
    mutating func take(step: Int, share: Double?) throws {
        guard isDue(step: step, share: share) else { return }
        skip(step: step, share: share)
        guard context.ranks.isFirst else { return }
        let folder = "\(context.path("snapshots"))/step-\(step)"
        let file = try write(folder)
        context.say(
            .artifact(
                Artifact(
                    kind: .model,
                    step: step,
                    share: share,
                    path: folder,
                    sha256: file.sha256,
                    bytes: file.bytes
                )
            )
        )
        context.log("kept the model of step \(step)")
    }

    private static func isReached(_ selector: ArtifactSelector, _ step: Int, _ share: Double?) -> Bool {
        switch selector {
        case .last, .best: false
        case .step(let least): step >= least
        case .share(let least): share ?? 0 >= least - 1e-9
        }
    }
}
