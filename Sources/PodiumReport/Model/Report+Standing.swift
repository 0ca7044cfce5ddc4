package import PodiumCore

extension Report {
    /// The ranks that tests leave open for a system, on one task or over all.
    package struct Standing: Codable, Sendable, Equatable {
        package var system: String
        /// Nil for the mean over all tasks.
        package var task: BenchmarkTask?
        /// 1 plus the number of systems that are certainly better.
        package var best: Int
        /// The number of systems less those that are certainly worse.
        package var worst: Int
        /// Tier 1 may all be best; the next is made of the rest in the same way.
        package var tier: Int

        package init(system: String, task: BenchmarkTask?, best: Int, worst: Int, tier: Int) {
            self.system = system
            self.task = task
            self.best = best
            self.worst = worst
            self.tier = tier
        }

        /// `2–5`, or `3` where one rank is left.
        package var text: String { best == worst ? "\(best)" : "\(best)–\(worst)" }
    }

    /// Examples on which all seeds of one system are right and all of another are wrong.
    package struct Flips: Codable, Sendable, Equatable {
        package struct Example: Codable, Sendable, Equatable {
            /// The example's number in its file, or the question's id.
            package var id: String
            /// Sentences, or the question; nil where the data is not on this machine.
            package var text: String?
            /// The passage of a question, cut to what surrounds the answer.
            package var passage: String?
            package var gold: String
            /// What the two systems say, by most of their seeds.
            package var first: String
            package var second: String
            /// Whether the first system is the one that is right.
            package var firstIsRight: Bool

            package init(
                id: String,
                text: String? = nil,
                passage: String? = nil,
                gold: String,
                first: String,
                second: String,
                firstIsRight: Bool
            ) {
                self.id = id
                self.text = text
                self.passage = passage
                self.gold = gold
                self.first = first
                self.second = second
                self.firstIsRight = firstIsRight
            }
        }

        package var first: String
        package var second: String
        package var task: BenchmarkTask
        /// Of how many runs each system's answers are.
        package var firstRuns: Int
        package var secondRuns: Int
        /// How many examples only the first, and only the second, has right.
        package var onlyFirst: Int
        package var onlySecond: Int
        /// Some of them.
        package var examples: [Example]

        package init(
            first: String,
            second: String,
            task: BenchmarkTask,
            firstRuns: Int,
            secondRuns: Int,
            onlyFirst: Int,
            onlySecond: Int,
            examples: [Example]
        ) {
            self.first = first
            self.second = second
            self.task = task
            self.firstRuns = firstRuns
            self.secondRuns = secondRuns
            self.onlyFirst = onlyFirst
            self.onlySecond = onlySecond
            self.examples = examples
        }
    }
}
