import PodiumCore
import PodiumPrimitives
import PodiumReport

extension SuiteHistory {
    /// What a report says of the suite's plan of seeds; nothing where it has none.
    var seedPlanNotes: [Report.Note] {
        guard let seeds else { return [] }
        let text = SeedPlanText(seeds)
        var notes = [
            Report.Note(
                code: "seeds-plan",
                message:
                    "How many seeds there are was decided by a plan that was stored before the first run, a group-sequential "
                    + "permutation test of the scores (after AdaStop, arXiv 2306.10882): \(text.planned)."
            )
        ]
        if !seeds.looks.isEmpty {
            notes.append(
                Report.Note(
                    code: "seeds-looks",
                    message: "Looks of the plan of seeds: \(text.history.joined(separator: "; "))."
                )
            )
        }
        for task in seeds.plan.tasks {
            let decisions = text.decisions(on: task)
            guard !decisions.isEmpty else { continue }
            notes.append(
                Report.Note(
                    code: "seeds-decisions",
                    message: "By the plan of seeds, on \(task.rawValue): \(decisions.joined(separator: "; "))."
                )
            )
        }
        notes.append(Report.Note(code: "seeds-spent", message: "The plan of seeds took \(text.spent)."))
        if !text.leftOut.isEmpty {
            notes.append(
                Report.Note(
                    code: "seeds-left-out",
                    severity: .warning,
                    message: "The plan of seeds left out what has no score: \(ShortList.text(text.leftOut, limit: 10))."
                )
            )
        }
        let added = seeds.isOver ? runs.filter { seeds.isBeyond($0.record.spec) }.map(\.record.spec.name) : []
        if !added.isEmpty {
            notes.append(
                Report.Note(
                    code: "seeds-added",
                    severity: .warning,
                    message:
                        "Added after the plan of seeds had ended: \(ShortList.text(added, limit: 10)). What counts them is a new test, "
                        + "which the plan's level does not cover."
                )
            )
        }
        return notes
    }
}
