internal import Foundation
package import PodiumCore
internal import PodiumPrimitives

/// All that the store knows of a run.
package struct RunDetails: Encodable {
    package let run: RunRecord
    package let attempts: [AttemptRecord]
    package let result: RunResult?
    /// What the run made; files that are gone have a time in `removedAt`.
    package let artifacts: [ArtifactRecord]
    /// The plan of seeds of the run's suite, with its looks.
    package let seeds: SeedPlanRecord?

    package init(
        run: RunRecord,
        attempts: [AttemptRecord] = [],
        result: RunResult? = nil,
        artifacts: [ArtifactRecord] = [],
        seeds: SeedPlanRecord? = nil
    ) {
        self.seeds = seeds
        self.run = run
        self.attempts = attempts
        self.result = result
        self.artifacts = artifacts
    }

    /// Reads the run of that number; an error if there is none.
    package init(of number: Int64, in store: any JobStore) async throws {
        run = try await store.requireRun(number)
        attempts = try await store.attempts(of: run.id)
        result = try await store.result(of: run.id)
        artifacts = try await store.artifacts(of: run.id)
        seeds = try await store.seedPlans(of: [run.suite]).first
    }

    package var text: String {
        let reason = run.reason == run.standing.rawValue ? nil : run.reason
        var lines = [
            "Run \(run.id): \(run.spec.name)",
            "  suite      \(run.suite) (\(run.suiteName))",
            "  state      \(run.standing.rawValue)\(reason.map { " (\($0))" } ?? "")",
            "  kind       \(Self.kind(run.spec))",
        ]
        if run.priority != 0 { lines.append("  priority   \(run.priority)") }
        if let examples = run.spec.work.examples {
            lines.append("  task       \(examples.task.rawValue) on \(examples.data.description)")
        }
        let by = [run.submitter.map { "by \($0)" }, run.project.map { "for \($0)" }].compactMap(\.self)
        lines.append("  submitted  " + ([LocalTime.text(run.submittedAt)] + by).joined(separator: " "))
        if let started = run.startedAt { lines.append("  started    \(LocalTime.text(started))") }
        if let ended = run.endedAt { lines.append("  ended      \(LocalTime.text(ended))") }
        if let seeds { lines += SeedPlanText(seeds).lines(of: run.spec) }
        if let progress = run.progress { lines.append("  progress   \(Self.text(progress))") }
        lines += attempts.flatMap(Self.lines)
        if let result { lines += Self.lines(result) }
        for record in artifacts where record.removedAt == nil {
            let made = record.artifact
            let kind = made.kind.rawValue + (made.step.map { " of step \($0)" } ?? "")
            lines.append("  \(Self.padded(kind)) \(made.path)")
        }
        return lines.joined(separator: "\n")
    }

    private static func kind(_ spec: RunSpec) -> String {
        let parts = [
            spec.kind.rawValue, spec.work.seed.map { "seed \($0)" }, spec.model.map { "model \($0.description)" },
        ]
        return parts.compactMap(\.self).joined(separator: ", ")
    }

    private static func text(_ progress: TrainingProgress) -> String {
        "step \(progress.step) of \(progress.totalSteps), loss \(NumberText.fixed(progress.loss, digits: 4)), "
            + "\(NumberText.compact(progress.examplesPerSecond)) examples/s, "
            + "\(NumberText.compact(progress.tokensPerSecond)) tokens/s"
    }

    private static func lines(_ attempt: AttemptRecord) -> [String] {
        let from = attempt.resumedFromStep.map { ", resumed from step \($0)" } ?? ""
        let length = attempt.endedAt.map { " after \(NumberText.clock($0 - attempt.startedAt))" } ?? ""
        let message = attempt.message.map { ": \($0)" } ?? ""
        let state = "\(attempt.outcome?.rawValue ?? "running")\(length)\(from) on \(attempt.host ?? "?")\(message)"
        return ["  attempt \(attempt.attempt)  \(state)"]
            + (attempt.environment.map { ["             \($0.summary)"] } ?? [])
    }

    private static func lines(_ result: RunResult) -> [String] {
        var lines = result.metrics.sorted { $0.key < $1.key }.map { "  \(padded($0)) \($1)" }
        if result.trainedSteps > 0, result.trainingSeconds > 0 {
            let step = result.trainingSeconds / Double(result.trainedSteps)
            lines.append(
                "  measured   \(result.trainedSteps) steps, \(NumberText.fixed(step * 1e3, digits: 1)) ms a step"
            )
        }
        return lines + result.notes.map { "  note       \($0)" }
    }

    /// As wide as the longest name of a metric that tasks have.
    private static func padded(_ label: String) -> String {
        label.padding(toLength: 20, withPad: " ", startingAt: 0)
    }
}
