internal import PodiumCore
internal import PodiumExperiments
internal import PodiumPrimitives
internal import PodiumStore

extension Pages {
    /// A suite's plan of seeds and what its next look waits for; nil where the suite has none.
    func seedPlan(of suite: SuiteID) async throws -> (record: SeedPlanRecord, wait: SeedPlanWait)? {
        guard let record = try await store.seedPlans(of: [suite]).first else { return nil }
        return (record, try await store.seedPlanWait(of: suite))
    }
}

/// A plan of seeds above the matrix of its suite, in the words of the report.
struct SeedPlanView {
    struct Decision {
        let task: String
        let text: String
    }

    let progress: String
    let next: String
    let planned: String
    let decisions: [Decision]
    let hasDecisions: Bool
    /// What the table leaves out.
    let fewer: String?
    let looks: [String]
    let leftOut: String?

    /// Ten systems on nine tasks are 405 comparisons: the report has them all.
    private static let limit = 200

    init(_ record: SeedPlanRecord, _ wait: SeedPlanWait) {
        let text = SeedPlanText(record)
        progress = text.progress
        next = text.next(wait)
        planned = text.planned.sentence
        let all = record.plan.tasks.flatMap { task in
            text.decisions(on: task).map { Decision(task: task.displayName, text: $0) }
        }
        decisions = Array(all.prefix(Self.limit))
        hasDecisions = !all.isEmpty
        fewer =
            all.count > Self.limit
            ? "The first \(Self.limit) of \(NumberText.grouped(all.count)) comparisons; the report has all." : nil
        looks = text.history.map(\.sentence)
        leftOut =
            text.leftOut.isEmpty
            ? nil : "Left out, as there is no score: \(ShortList.text(text.leftOut, limit: 10))."
    }
}
