package import PodiumCore
internal import PodiumPrimitives
package import PodiumStore

/// A suite's plan of seeds, and how far it is, as text.
package struct SeedPlanText {
    private let record: SeedPlanRecord
    private var plan: SeedPlan { record.plan }

    package init(_ record: SeedPlanRecord) {
        self.record = record
    }

    /// What was written down before the first run.
    package var planned: String {
        let compared =
            switch plan.compare {
            case .all: "every two systems"
            case .leader: "every two systems, with more seeds for those not told from the leader"
            case .with(let names): "\(names.joined(separator: ", ")) with every other system"
            }
        let tasks = plan.tasks.count
        let levels = plan.looks.map { NumberText.short($0.level) }.joined(separator: ", ")
        return "\(compared); looks after \(plan.looks.map { "\($0.seeds)" }.joined(separator: ", ")) seeds; level "
            + "\(NumberText.short(plan.level)) in all, spent up to \(levels)\(tasks > 1 ? " on each of \(tasks) tasks" : "")"
    }

    /// `2 of at most 5 looks; 1 of 3 comparisons decided; 25 of at most 75 runs`.
    package var progress: String {
        let comparisons = record.looks.last?.comparisons ?? []
        let decided = comparisons.count { $0.decision == .larger || $0.decision == .smaller }
        let looks =
            record.isOver
            ? "over after \(NumberText.count(record.looks.count, "look"))"
            : "\(record.looks.count) of at most \(NumberText.count(plan.looks.count, "look"))"
        return
            "\(looks); \(decided) of \(NumberText.count(plan.pairs.count * plan.tasks.count, "comparison")) decided; \(spent)"
    }

    /// The line of a suite below a list of runs.
    package func line(of suite: String) -> String {
        "seeds of suite \(record.suite) (\(suite)) by a plan: \(progress)"
    }

    /// `25 of at most 75 runs`, and what was saved once that is known.
    package var spent: String {
        let saved = plan.runsAtMost - record.runsSpent
        return "\(NumberText.grouped(record.runsSpent)) of at most \(NumberText.count(plan.runsAtMost, "run"))"
            + (record.isOver ? ", \(NumberText.grouped(saved)) saved" : "")
    }

    /// What the last look said of every comparison on a task, a line each; of one system where one is named.
    package func decisions(on task: BenchmarkTask, system: String? = nil) -> [String] {
        (record.looks.last?.comparisons ?? []).filter { comparison in
            comparison.task == task
                && (system == nil || comparison.pair.first == system || comparison.pair.second == system)
        }.map(text)
    }

    private func text(_ comparison: SeedLook.Comparison) -> String {
        let (first, second) = (comparison.pair.first, comparison.pair.second)
        let points = comparison.difference.map {
            ($0 < 0 ? "" : "+") + NumberText.percent($0, digits: 2) + " points"
        }
        let difference = points.map { " (\($0))" } ?? ""
        let seeds = comparison.decidedAt.map { " at look \($0), after \(plan.looks[$0 - 1].seeds) seeds" } ?? ""
        switch comparison.decision {
        case .larger: return "\(first) larger than \(second)\(difference)\(seeds)"
        case .smaller: return "\(first) smaller than \(second)\(difference)\(seeds)"
        case .open: return "\(first) and \(second) still open\(difference)"
        case .notSeparated:
            let count = min(comparison.firstSeeds, comparison.secondSeeds)
            return "\(first) and \(second) not separated by \(NumberText.count(count, "seed"))\(difference)"
        case .notAsked: return "\(first) and \(second) not asked for, as neither leads\(difference)"
        }
    }

    /// When the next look comes and whom it is of; how the plan ended where there is none.
    package func next(_ wait: SeedPlanWait) -> String {
        guard !record.isOver, record.looks.count < plan.looks.count else {
            return "There are no more looks: the plan took \(spent)."
        }
        let number = record.looks.count + 1
        guard wait.isFollowed else {
            return "Look \(number) never comes, as the suite's report, which waits for it, is over."
        }
        let look = "Look \(number), after \(NumberText.count(plan.looks[number - 1].seeds, "seed"))\(running), "
        return look
            + (wait.openRuns > 0
                ? "comes when \(NumberText.count(wait.openRuns, "more run")) \(wait.openRuns == 1 ? "is" : "are") over."
                : "is due: the scheduler makes it next.")
    }

    /// ` of a and b on glue/MRPC`, where not all systems go on.
    private var running: String {
        guard plan.tasks.contains(where: { record.running($0) != plan.systems }) else { return "" }
        let groups = plan.tasks.map { ($0, record.running($0)) }.filter { !$0.1.isEmpty }
        return " of " + groups.map { "\($0.1.joined(separator: ", ")) on \($0.0.rawValue)" }.joined(separator: "; ")
    }

    /// Seeds without a score: `seed 3 of tiny on glue/MRPC (failed)`.
    package var leftOut: [String] {
        record.looks.flatMap(\.scores).filter { $0.score == nil }.map { score in
            let why = score.state == .succeeded ? "no score" : score.state?.rawValue ?? "deleted"
            return "seed \(score.seed) of \(score.system) on \(score.task.rawValue) (\(why))"
        }
    }

    /// Looks with their times and who went on: `look 1 after 5 seeds, 2026-03-01 14:05:09: more seeds for a, b on glue/MRPC`.
    package var history: [String] {
        zip(record.looks, record.times).map { look, time in
            let next = look.tests.filter { !$0.next.isEmpty }.map {
                "\($0.next.joined(separator: ", ")) on \($0.task.rawValue)"
            }
            let outcome = next.isEmpty ? "the last" : "more seeds for " + next.joined(separator: "; ")
            return
                "look \(look.number) after \(plan.looks[look.number - 1].seeds) seeds, \(LocalTime.text(time)): \(outcome)"
        }
    }

    /// Of a run that the plan speaks of, for `podium show`.
    package func lines(of spec: RunSpec) -> [String] {
        guard spec.kind == .report || plan.systems.contains(spec.system) else { return [] }
        var lines = ["  seeds      by a plan: \(planned)", "             \(progress)"]
        if record.isOver && record.isBeyond(spec) {
            lines.append("             this seed was added after the plan had ended, and no look of it counts")
        }
        let tasks = spec.task.map { [$0] } ?? plan.tasks
        for task in tasks where plan.tasks.contains(task) {
            lines += decisions(on: task, system: spec.kind == .report ? nil : spec.system)
                .map { "             \(task.rawValue): \($0)" }
        }
        return lines
    }
}
