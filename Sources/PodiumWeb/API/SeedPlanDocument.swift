internal import PodiumCore
internal import PodiumExperiments
internal import PodiumStore

/// A suite's plan of seeds as the API has it.
struct SeedPlanDocument: Encodable {
    struct Look: Encodable {
        var number: Int
        /// Of each system that is still compared.
        var seeds: Int
        var level: Double
        /// When it was made, in seconds since 1970; absent for one to come.
        var at: Double?
    }

    struct Comparison: Encodable {
        var task: String
        var first: String
        var second: String
        var decision: SeedLook.Decision
        var decidedAt: Int?
        var difference: Double?
        var firstSeeds: Int
        var secondSeeds: Int
    }

    var planned: String
    var next: String
    var isOver: Bool
    /// That the next look waits for.
    var openRuns: Int
    var systems: [String]
    var tasks: [String]
    var level: Double
    var runsSpent: Int
    var runsAtMost: Int
    var looks: [Look]
    /// As the last look has them; empty before the first.
    var comparisons: [Comparison]

    init(_ record: SeedPlanRecord, _ wait: SeedPlanWait) {
        let text = SeedPlanText(record)
        let plan = record.plan
        planned = text.planned
        next = text.next(wait)
        isOver = record.isOver
        openRuns = record.isOver ? 0 : wait.openRuns
        systems = plan.systems
        tasks = plan.tasks.map(\.rawValue)
        level = plan.level
        runsSpent = record.runsSpent
        runsAtMost = plan.runsAtMost
        looks = plan.looks.enumerated().map { place, look in
            Look(
                number: place + 1,
                seeds: look.seeds,
                level: look.level,
                at: record.times.indices.contains(place) ? record.times[place] : nil
            )
        }
        comparisons = (record.looks.last?.comparisons ?? []).map {
            Comparison(
                task: $0.task.rawValue,
                first: $0.pair.first,
                second: $0.pair.second,
                decision: $0.decision,
                decidedAt: $0.decidedAt,
                difference: $0.difference,
                firstSeeds: $0.firstSeeds,
                secondSeeds: $0.secondSeeds
            )
        }
    }
}
