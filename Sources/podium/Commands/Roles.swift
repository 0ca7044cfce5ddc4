import ArgumentParser
import PodiumExperiments
import PodiumMigrations
import PodiumStore

struct Roles: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes database roles with the least that daemon, workers and readers need.",
        discussion: """
            podium_daemon reads and writes rows; podium_worker claims runs and stores results, but reads no tokens \
            and changes no result; podium_reader reads all but tokens and the action log. They cannot log in: \
            grant them to users. `podium migrate` brings their rights up to date with the schema.

            Examples:
              podium roles --database postgresql://owner@db.example.org/podium
              psql ... -c "create user node password '...' in role podium_worker"
              podium roles --print
            """
    )

    @OptionGroup var place: PlaceOptions
    @Flag(name: .customLong("print"), help: "Print the SQL, and do nothing.")
    var isPrinted = false

    func run() async throws {
        if isPrinted { return try Terminal.data(Migration.roles + "\n" + Migration.privileges) }
        try await DatabaseRoles.apply(to: try await place.resolved().existingAddress())
        try Terminal.print("The roles podium_daemon, podium_worker and podium_reader are there.")
    }
}
