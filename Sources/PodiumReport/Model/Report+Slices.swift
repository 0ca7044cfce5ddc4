package import PodiumCore

extension Report {
    /// Scores of parts of a task's evaluation set, of systems that answered the same examples.
    package struct Slices: Codable, Sendable, Equatable {
        package struct Score: Codable, Sendable, Equatable {
            package var system: String
            /// The mean of the examples' own scores, which is not the task's score everywhere.
            package var value: Double
            package var interval: Interval

            package init(system: String, value: Double, interval: Interval) {
                self.system = system
                self.value = value
                self.interval = interval
            }
        }

        /// The first system less the second.
        package struct Difference: Codable, Sendable, Equatable {
            package var value: Double
            package var interval: Interval?
            package var p: Double?
            /// After the correction for all slices of the task.
            package var adjustedP: Double?

            package init(value: Double, interval: Interval? = nil, p: Double? = nil, adjustedP: Double? = nil) {
                self.value = value
                self.interval = interval
                self.p = p
                self.adjustedP = adjustedP
            }
        }

        package struct Slice: Codable, Sendable, Equatable {
            /// What the set is divided by: `label`, `words`, `question`.
            package var axis: String
            package var name: String
            package var examples: Int
            /// Best system of the task first.
            package var scores: [Score]
            package var difference: Difference?

            package init(
                axis: String,
                name: String,
                examples: Int,
                scores: [Score],
                difference: Difference? = nil
            ) {
                self.axis = axis
                self.name = name
                self.examples = examples
                self.scores = scores
                self.difference = difference
            }
        }

        package var task: BenchmarkTask
        /// Of what the scores are: `accuracy`.
        package var metric: String
        /// The best system of those that are compared, and the one that is compared with it; nil where there is one only.
        package var first: String
        package var second: String?
        /// Systems beyond the number that is shown.
        package var furtherSystems: Int
        /// Parts that hold too few examples to be scored apart, and how few that is.
        package var smallSlices: Int
        package var fewest: Int
        /// The greatest difference first.
        package var slices: [Slice]

        package init(
            task: BenchmarkTask,
            metric: String,
            first: String,
            second: String? = nil,
            furtherSystems: Int = 0,
            smallSlices: Int = 0,
            fewest: Int,
            slices: [Slice]
        ) {
            self.task = task
            self.metric = metric
            self.first = first
            self.second = second
            self.furtherSystems = furtherSystems
            self.smallSlices = smallSlices
            self.fewest = fewest
            self.slices = slices
        }
    }
}
