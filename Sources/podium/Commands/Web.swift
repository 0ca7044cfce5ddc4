import ArgumentParser
import Foundation
import PodiumDevices
import PodiumExperiments
import PodiumLibrary
import PodiumStore
import PodiumWeb

/// Where the dashboard is served.
struct DashboardOptions: ParsableArguments {
    @Option(help: "The dashboard's port (default: 8265, or the next free one; 0 takes any).")
    var port: Int?
    @Option(
        help: ArgumentHelp(
            "The IPv4 address the dashboard listens on.",
            discussion:
                "Beyond this machine it needs a token (podium token create) and, as it speaks plain HTTP, a proxy or a trusted network."
        )
    )
    var bind = "127.0.0.1"

    func validate() throws {
        if let port, !(0...65_535).contains(port) { throw ValidationError("--port must be from 0 to 65535") }
    }

    /// Serves a place's dashboard.
    func start(on store: PostgresStore, of place: PlaceOptions) async throws -> WebServer {
        try await WebServer.start(
            store: store,
            jobFiles: place.jobFiles(store),
            provenance: Machine.provenance(),
            options: WebOptions(
                address: bind,
                ports: port.map { [$0] } ?? WebOptions.usualPorts,
                version: Podium.version,
                dataDirectory: place.dataDirectory
            )
        )
    }
}

struct Web: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "web",
        abstract: "Serves the dashboard and its API, nothing else.",
        discussion: """
            `podium up` serves it too. Everybody on this machine may look as long as there is no \
            token, and nobody may change anything; from the first `podium token create` on everybody \
            needs one.

            Examples:
              podium web
              podium web --database postgresql://podium@db.example.org/podium --port 8080
            """
    )

    @OptionGroup var dashboard: DashboardOptions
    @OptionGroup var place: PlaceOptions

    func run() async throws {
        let store = try await PostgresStore.open(try await place.resolved().existingAddress())
        do {
            let server = try await dashboard.start(on: store, of: place)
            let interrupts = Interrupts()
            Terminal.error("The dashboard is at \(server.url) Ctrl-C ends it.")
            await interrupts.first()
            await server.stop()
            await store.close()
        } catch {
            await store.close()
            throw error
        }
    }
}

extension PlaceOptions {
    /// Reads job files that are submitted in the dashboard; relative paths start from the current folder.
    func jobFiles(_ store: PostgresStore) -> JobFiles {
        let reader = SubmissionReader(models: models, presets: EnginePresets.names, home: userHome)
        let check = inputCheck
        let folder = FileManager.default.currentDirectoryPath
        // What workers elsewhere have is not known here.
        let engine = databaseURL == nil ? Machine.engineIdentity(self, nil) : nil
        let dataDirectory = dataDirectory
        return JobFiles(
            reader: { request in
                var submission = try reader.read(
                    SubmissionReader.File(name: "job file", folder: folder, bytes: Array(request.yaml.utf8)),
                    overrides: request.isFresh ? [Self.freshOverride] : []
                )
                if request.isForSubmission { submission = try await reader.withModels(submission) { _ in } }
                let problems = check.findings(submission).problems
                guard problems.isEmpty else {
                    throw ExperimentError(.invalidRequest, problems.joined(separator: "; "))
                }
                return submission
            },
            forecaster: { submission in
                guard let engine else { return nil }
                return try? await ReuseForecast(
                    submission,
                    engine: engine,
                    dataDirectory: dataDirectory,
                    store: store
                ).summary
            }
        )
    }
}
