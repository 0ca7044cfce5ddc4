import ArgumentParser
import Foundation
import PodiumCore
import PodiumDevices
import PodiumExperiments
import PodiumJobs
import PodiumPrimitives

struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows all that is known of a run.",
        discussion: """
            Examples:
              podium show 12
              podium show 12 --json | jq .result.metrics
            """
    )

    @OptionGroup var place: PlaceOptions
    @Argument(help: "The run's number.")
    var run: Int64
    @Flag(help: "One JSON document.")
    var json = false

    private struct Document: Encodable {
        var run: RunRecord
        var attempts: [AttemptRecord]
        var result: RunResult?
        /// What the run made; files that are gone have a time in `removedAt`.
        var artifacts: [ArtifactRecord]
        /// What `podium plan` expected of the run's training step, by topology.
        var plans: [PlanResult]
    }

    func run() async throws {
        let document = try await place.withStore { store in
            let record = try await store.requireRun(run)
            return Document(
                run: record,
                attempts: try await store.attempts(of: record.id),
                result: try await store.result(of: record.id),
                artifacts: try await store.artifacts(of: record.id),
                plans: place.planner().known(for: record.spec)
            )
        }
        if json { return try JSONOutput.print(document) }
        try Terminal.print(text(document))
    }

    private func text(_ document: Document) -> String {
        let run = document.run
        var lines = [
            "Run \(run.id): \(run.spec.name)",
            "  suite      \(run.suite) (\(run.suiteName))",
            "  state      \(run.state.rawValue)\(run.reason.map { " (\($0))" } ?? "")",
            "  kind       \(kind(run.spec))",
        ]
        if let examples = run.spec.work.examples {
            lines.append("  task       \(examples.task.rawValue) on \(examples.data.description)")
        }
        lines.append("  submitted  \(LocalTime.text(run.submittedAt))")
        if let started = run.startedAt { lines.append("  started    \(LocalTime.text(started))") }
        if let ended = run.endedAt { lines.append("  ended      \(LocalTime.text(ended))") }
        if let progress = run.progress {
            lines.append(
                "  progress   step \(progress.step) of \(progress.totalSteps), loss \(NumberText.fixed(progress.loss, digits: 4)), "
                    + "\(NumberText.compact(progress.examplesPerSecond)) examples/s, \(NumberText.compact(progress.tokensPerSecond)) tokens/s"
            )
        }
        for attempt in document.attempts {
            let from = attempt.resumedFromStep.map { ", resumed from step \($0)" } ?? ""
            let length = attempt.endedAt.map { " after \(NumberText.clock($0 - attempt.startedAt))" } ?? ""
            let message = attempt.message.map { ": \($0)" } ?? ""
            lines.append(
                "  attempt \(attempt.attempt)  \(attempt.outcome?.rawValue ?? "running")\(length)\(from) on \(attempt.host ?? "?")\(message)"
            )
            if let environment = attempt.environment {
                lines.append("             \(environment.summary)")
            }
        }
        if let result = document.result {
            for (name, value) in result.metrics.sorted(by: { $0.key < $1.key }) {
                lines.append("  \(name.padding(toLength: 20, withPad: " ", startingAt: 0)) \(value)")
            }
            if result.trainedSteps > 0, result.trainingSeconds > 0 {
                let step = result.trainingSeconds / Double(result.trainedSteps)
                lines.append(
                    "  measured   \(result.trainedSteps) steps, \(NumberText.fixed(step * 1e3, digits: 1)) ms a step"
                )
            }
            lines += result.notes.map { "  note       \($0)" }
        }
        for record in document.artifacts where record.removedAt == nil {
            let made = record.artifact
            let step = made.step.map { " of step \($0)" } ?? ""
            let kind = (made.kind.rawValue + step).padding(toLength: 20, withPad: " ", startingAt: 0)
            lines.append("  \(kind) \(made.path)")
        }
        for plan in document.plans {
            lines.append(
                "  planned    \(plan.steps) steps, \(plan.stepSeconds.map { "\(NumberText.fixed($0 * 1e3, digits: 1)) ms a step" } ?? "too large") on \(plan.replicas) × "
                    + "\(plan.deviceKind) (\(plan.estimatedBy ?? "compiler"))"
            )
        }
        return lines.joined(separator: "\n")
    }

    private func kind(_ spec: RunSpec) -> String {
        let parts = [
            spec.kind.rawValue, spec.work.seed.map { "seed \($0)" }, spec.model.map { "model \($0.description)" },
        ]
        return parts.compactMap(\.self).joined(separator: ", ")
    }
}
