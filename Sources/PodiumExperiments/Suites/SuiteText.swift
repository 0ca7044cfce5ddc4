internal import Foundation
package import PodiumCore
internal import PodiumPrimitives

/// A suite's state as lines of text.
package enum SuiteText {
    /// The line to print when a run changes its state; nil for changes that do not interest anybody.
    package static func line(for run: RunRecord, before: RunState?) -> String? {
        let time = run.startedAt.flatMap { start in run.endedAt.map { " in \(NumberText.clock($0 - start))" } } ?? ""
        let reason = run.reason.map { ": \($0)" } ?? ""
        switch run.state {
        case .succeeded: return "  ✓ \(run.spec.name)\(time)"
        case .failed: return "  ✗ \(run.spec.name) failed\(time)\(reason)"
        case .cancelled: return "  – \(run.spec.name) cancelled"
        case .waiting: return "  ↻ \(run.spec.name) will be tried again\(reason)"
        case .ready where before == .running: return "  ↻ \(run.spec.name) is back in the queue\(reason)"
        case .running where run.attempt > 1 && before != nil: return "  ▸ \(run.spec.name), attempt \(run.attempt)"
        case .blocked, .ready, .running: return nil
        }
    }

    /// The lines that are drawn over: the suite, then each running run.
    package static func status(of runs: [RunRecord], now: Double) -> [String] {
        guard let first = runs.first else { return [] }
        let progress = SuiteProgress(runs, now: now)
        let done = runs.filter { $0.state.isTerminal }.count
        let elapsed = now - (runs.map(\.submittedAt).min() ?? now)
        let filled = runs.isEmpty ? 0 : done * 20 / runs.count
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 20 - filled)
        let queued = runs.filter { $0.state == .ready || $0.state == .blocked || $0.state == .waiting }.count
        var head =
            "\(first.suiteName) \(bar) \(done)/\(runs.count) runs, \(queued) queued, \(NumberText.clock(elapsed))"
        if let left = progress.remainingSeconds { head += ", about \(NumberText.clock(left)) left" }
        var lines = [head]
        // Why nothing moves, where nothing does.
        if !runs.contains(where: { $0.state == .running }) {
            var reasons: [(text: String, runs: Int)] = []
            for run in runs where run.state == .ready {
                guard let reason = run.reason else { continue }
                if let index = reasons.firstIndex(where: { $0.text == reason }) {
                    reasons[index].runs += 1
                } else {
                    reasons.append((reason, 1))
                }
            }
            lines += reasons.prefix(3).map { "  … \($0.runs) waiting: \($0.text)" }
        }
        for run in runs where run.state == .running {
            guard let step = run.progress else {
                lines.append("  ▸ \(run.spec.name): starting")
                continue
            }
            lines.append(
                "  ▸ \(run.spec.name): step \(step.step)/\(step.totalSteps), loss \(NumberText.fixed(step.loss, digits: 4)), "
                    + "lr \(String(format: "%.2e", step.learningRate)), \(NumberText.compact(step.examplesPerSecond)) examples/s, "
                    + "\(NumberText.compact(step.tokensPerSecond)) tokens/s, \(NumberText.clock(step.remainingSeconds)) left"
            )
        }
        return lines
    }
}
