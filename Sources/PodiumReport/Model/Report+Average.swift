package import PodiumCore

extension Report {
    /// How task scores become one number; there are several in the field, so each has a name.
    package enum AveragingProtocol: String, Codable, CaseIterable, Sendable {
        /// Mean of the nine tasks, each first averaged over its metrics; AX left out.
        case glue
        /// Flat mean of nine numbers: MNLI-m, MNLI-mm, QQP F1, QNLI, SST-2, CoLA, STS-B Spearman, MRPC F1, RTE.
        case bertPaper = "bert-paper"

        /// The column's header.
        package var title: String {
            switch self {
            case .glue: "GLUE"
            case .bertPaper: "BERT avg."
            }
        }

        package var rule: String {
            switch self {
            case .glue: "mean of nine task scores, each the mean of its metrics; AX left out"
            case .bertPaper:
                "flat mean of MNLI-m, MNLI-mm, QQP F1, QNLI, SST-2, CoLA, STS-B Spearman, MRPC F1, RTE; WNLI left out"
            }
        }
    }

    /// A system's average by a named protocol, or what it lacks for one.
    package struct Average: Codable, Sendable, Equatable {
        package var system: String
        package var averaging: AveragingProtocol
        /// Nil while incomplete: an average over fewer tasks is another number.
        package var value: Double?
        package var interval: Interval?
        /// Tasks without a usable score.
        package var missing: [BenchmarkTask]

        package init(
            system: String,
            averaging: AveragingProtocol,
            value: Double?,
            interval: Interval? = nil,
            missing: [BenchmarkTask] = []
        ) {
            self.system = system
            self.averaging = averaging
            self.value = value
            self.interval = interval
            self.missing = missing
        }
    }

    /// A test of two systems on one task, or on all together.
    package struct Comparison: Codable, Sendable, Equatable {
        package var first: String
        package var second: String
        /// Nil for the average.
        package var task: BenchmarkTask?
        /// The first system's score minus the second's.
        package var difference: Double
        /// Of the difference.
        package var interval: Interval?
        /// The smallest true difference that the test would have found with 80 % power.
        package var detectable: Double?
        /// `Multi-Bootstrap (10000)`, `McNemar exact`, `paired bootstrap`.
        package var test: String
        package var p: Double
        /// After the correction for several tests.
        package var adjustedP: Double?
        /// `studentised maximum, step-down`, `Holm`; nil when nothing was corrected.
        package var correction: String?
        /// How few examples, left out, would turn the order; nil where nobody counted.
        package var fragility: Int?

        package init(
            first: String,
            second: String,
            task: BenchmarkTask?,
            difference: Double,
            interval: Interval? = nil,
            detectable: Double? = nil,
            test: String,
            p: Double,
            adjustedP: Double? = nil,
            correction: String? = nil,
            fragility: Int? = nil
        ) {
            self.first = first
            self.second = second
            self.task = task
            self.difference = difference
            self.interval = interval
            self.detectable = detectable
            self.test = test
            self.p = p
            self.adjustedP = adjustedP
            self.correction = correction
            self.fragility = fragility
        }
    }

    /// Systems that no test tells from the best of them.
    package struct Tier: Codable, Sendable, Equatable {
        /// 1 is best.
        package var rank: Int
        package var systems: [String]

        package init(rank: Int, systems: [String]) {
            self.rank = rank
            self.systems = systems
        }
    }
}
