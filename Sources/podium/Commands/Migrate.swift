import ArgumentParser
import PodiumExperiments
import PodiumStore

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Brings a database's schema up to this version.",
        discussion: """
            Applies what is missing of the numbered migrations, in one transaction each, and gives the roles of \
            `podium roles` their rights on what is new. The private database \
            is migrated by `podium up` and `podium run` by themselves.

            Example:
              podium migrate --database postgresql://podium@db.example.org/podium
            """
    )

    @OptionGroup var place: PlaceOptions

    func run() async throws {
        let applied = try await Migrator().migrate(try await place.resolved().existingAddress())
        if applied.isEmpty {
            try Terminal.print("The schema is up to date.")
        } else {
            try Terminal.print("Applied \(applied.map(String.init).joined(separator: ", ")).")
        }
    }
}
