/// What a look of a plan saw and decided; stored once and never changed.
package struct SeedLook: Codable, Hashable, Sendable {
    /// A seed of the group before the look.
    package struct Score: Codable, Hashable, Sendable {
        package var system: String
        package var task: BenchmarkTask
        package var seed: UInt64
        /// How its run ended; nil where there is none any more.
        package var state: RunState?
        /// Nil where it has none and was left out.
        package var score: Double?

        package init(system: String, task: BenchmarkTask, seed: UInt64, state: RunState?, score: Double?) {
            self.system = system
            self.task = task
            self.seed = seed
            self.state = state
            self.score = score
        }
    }

    package enum Decision: String, Codable, Hashable, Sendable {
        /// The first system scores higher than the second.
        case larger
        case smaller
        /// More seeds are to come.
        case open
        /// The plan is over, and no look told them apart.
        case notSeparated
        /// The plan compares with the leader only, and neither of them leads.
        case notAsked
    }

    package struct Comparison: Codable, Hashable, Sendable {
        package var task: BenchmarkTask
        package var pair: SeedPlan.Pair
        package var decision: Decision
        /// The number of the look that told them apart.
        package var decidedAt: Int?
        /// Mean of the first less mean of the second, of all scores so far; nil where one has none.
        package var difference: Double?
        /// Scores so far, of the first and of the second.
        package var firstSeeds: Int
        package var secondSeeds: Int

        package init(
            task: BenchmarkTask,
            pair: SeedPlan.Pair,
            decision: Decision,
            decidedAt: Int?,
            difference: Double?,
            firstSeeds: Int,
            secondSeeds: Int
        ) {
            self.task = task
            self.pair = pair
            self.decision = decision
            self.decidedAt = decidedAt
            self.difference = difference
            self.firstSeeds = firstSeeds
            self.secondSeeds = secondSeeds
        }
    }

    /// What a task's test came to.
    package struct Test: Codable, Hashable, Sendable {
        package var task: BenchmarkTask
        /// How far sums of differences had to be from 0; nil where no distance was enough.
        package var boundary: Double?
        /// The chance of a false decision that is used up.
        package var spent: Double
        package var permutations: Int
        /// Who gets the next group of seeds.
        package var next: [String]

        package init(task: BenchmarkTask, boundary: Double?, spent: Double, permutations: Int, next: [String]) {
            self.task = task
            self.boundary = boundary
            self.spent = spent
            self.permutations = permutations
            self.next = next
        }
    }

    /// From 1.
    package var number: Int
    package var scores: [Score]
    package var tests: [Test]
    package var comparisons: [Comparison]

    package init(number: Int, scores: [Score], tests: [Test], comparisons: [Comparison]) {
        self.number = number
        self.scores = scores
        self.tests = tests
        self.comparisons = comparisons
    }

    /// Whether nobody gets more seeds.
    package var isLast: Bool { tests.allSatisfy(\.next.isEmpty) }
}

/// A suite's plan of seeds, and how far it is.
package struct SeedPlanRecord: Codable, Hashable, Sendable {
    package var suite: SuiteID
    package var plan: SeedPlan
    package var looks: [SeedLook]
    /// When each look was stored, in seconds since 1970 by the store's clock.
    package var times: [Double]

    package init(suite: SuiteID, plan: SeedPlan, looks: [SeedLook] = [], times: [Double] = []) {
        self.suite = suite
        self.plan = plan
        self.looks = looks
        self.times = times
    }

    package var isOver: Bool { looks.last?.isLast ?? false }

    /// Who gets a group of seeds before the next look, by task; all at first.
    package func running(_ task: BenchmarkTask) -> [String] {
        guard let last = looks.last else { return plan.systems }
        return last.tests.first { $0.task == task }?.next ?? []
    }

    /// Runs that the plan has queued so far.
    package var runsSpent: Int {
        let running = isOver ? 0 : plan.tasks.reduce(0) { $0 + self.running($1).count }
        let group = isOver ? 0 : plan.seeds(before: looks.count + 1).count
        return looks.reduce(running * group) { $0 + $1.scores.count }
    }

    /// Whether a run's seed was seen by no look, so that it is no part of the plan.
    package func isBeyond(_ spec: RunSpec) -> Bool {
        guard let task = spec.task, let seed = spec.work.seed, plan.tasks.contains(task),
            plan.systems.contains(spec.system), spec.kind == .finetune
        else { return false }
        return !looks.contains { look in
            look.scores.contains { $0.system == spec.system && $0.task == task && $0.seed == seed }
        }
    }
}
