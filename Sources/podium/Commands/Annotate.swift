import ArgumentParser
import PodiumCore
import PodiumExperiments

struct Tag: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tags a suite, or takes tags off it.",
        discussion: """
            Prints the suite's tags. `podium history --tag TAG` finds it again.

            Examples:
              podium tag 12 paper ablation
              podium tag 12 --remove ablation
            """
    )

    @OptionGroup var place: PlaceOptions
    @Argument(help: "The suite (number or name).")
    var suite: String
    @Argument(help: "Tags to put on it.")
    var tags: [String] = []
    @Option(help: "A tag to take off. Can be given several times.")
    var remove: [String] = []

    func run() async throws {
        let summary = try await place.withStore { store in
            try await store.annotate(suite, SuiteAnnotation(addedTags: tags, removedTags: remove))
        }
        try Terminal.print(summary.tags.joined(separator: "\n"))
    }
}

struct Note: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes a note on a suite, or shows it.",
        discussion: """
            The note replaces the one before; an empty one removes it.

            Examples:
              podium note 12 "learning rate too high; see suite 15"
              podium note 12
            """
    )

    @OptionGroup var place: PlaceOptions
    @Argument(help: "The suite (number or name).")
    var suite: String
    @Argument(help: "The note; left out, the suite's is printed.")
    var text: String?

    func run() async throws {
        let summary = try await place.withStore { store in
            try await store.annotate(suite, SuiteAnnotation(note: text))
        }
        try Terminal.print(summary.note)
    }
}

struct Archive: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Puts suites away: history, best and trend leave them out.",
        discussion: """
            Nothing is deleted; --archived shows them, --restore takes them back. `podium delete` deletes.

            Examples:
              podium archive 3 4
              podium archive 3 --restore
            """
    )

    @OptionGroup var place: PlaceOptions
    @Argument(help: "Suites (numbers or names).")
    var suites: [String]
    @Flag(help: "Take them back.")
    var restore = false

    func run() async throws {
        let summaries = try await place.withStore { store in
            var done: [SuiteSummary] = []
            for suite in suites {
                done.append(try await store.annotate(suite, SuiteAnnotation(archived: !restore)))
            }
            return done
        }
        for suite in summaries { try Terminal.print("\(suite.id) \(suite.name)") }
    }
}
