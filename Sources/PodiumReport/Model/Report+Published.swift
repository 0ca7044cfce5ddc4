package import PodiumCore

extension Report {
    /// Rows that others published, from one table of one source.
    package struct PublishedTable: Codable, Sendable, Equatable {
        /// Unique in the report: `glue-board`.
        package var id: String
        package var title: String
        /// Where the numbers were read.
        package var source: String
        package var url: String?
        /// `dev` or `test`: the two are never mixed in a group of rows.
        package var split: String
        /// How they were obtained: restarts, selection, averaging.
        package var procedure: String
        package var rows: [PublishedRow]

        package init(
            id: String,
            title: String,
            source: String,
            url: String? = nil,
            split: String,
            procedure: String,
            rows: [PublishedRow]
        ) {
            self.id = id
            self.title = title
            self.source = source
            self.url = url
            self.split = split
            self.procedure = procedure
            self.rows = rows
        }
    }

    package struct PublishedRow: Codable, Sendable, Equatable {
        /// Unique in its table.
        package var name: String
        /// Whether the leaderboard shows it; the others are in the appendix.
        package var isHeadline: Bool
        /// In millions.
        package var parametersInMillions: Double?
        package var values: [PublishedValue]
        /// By averaging protocol's name.
        package var averages: [String: PublishedNumber]
        package var note: String?

        package init(
            name: String,
            isHeadline: Bool = true,
            parametersInMillions: Double? = nil,
            values: [PublishedValue],
            averages: [String: PublishedNumber] = [:],
            note: String? = nil
        ) {
            self.name = name
            self.isHeadline = isHeadline
            self.parametersInMillions = parametersInMillions
            self.values = values
            self.averages = averages
            self.note = note
        }
    }

    package struct PublishedValue: Codable, Sendable, Equatable {
        package var task: BenchmarkTask
        /// The official metric's name.
        package var metric: String
        package var number: PublishedNumber

        package init(task: BenchmarkTask, metric: String, number: PublishedNumber) {
            self.task = task
            self.metric = metric
            self.number = number
        }
    }

    /// A number with the digits it was printed with, which say how exact it is.
    package struct PublishedNumber: Codable, Sendable, Hashable {
        /// On a scale of 0 to 1.
        package var value: Double
        /// On a scale of 0 to 100, as in the source: `84.6`.
        package var printed: String

        package init(value: Double, printed: String) {
            self.value = value
            self.printed = printed
        }
    }
}
