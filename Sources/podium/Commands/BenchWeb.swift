import ArgumentParser
import Foundation
import PodiumBench
import PodiumStore

struct BenchWeb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "web",
        abstract: "The dashboard's pages over many stored runs, on a private PostgreSQL made for it.",
        discussion: """
            Times are what the server takes, the 95th percentile of 40 requests; sizes are a page's.

            Examples:
              podium bench web
              podium bench web web/matrix --runs 100000
            """
    )

    @OptionGroup var options: BenchOptions
    @Option(help: "Runs that are stored, in suites of a thousand.")
    var runs = 100_000
    @Option(help: "Points of each run's curve.")
    var points = 20

    func validate() throws {
        guard (1000...1_000_000).contains(runs) else {
            throw ValidationError("--runs must lie between 1000 and 1000000")
        }
        guard (1...10_000).contains(points) else { throw ValidationError("--points must lie between 1 and 10000") }
    }

    func run() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("podium-bench-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let cluster = try await Cluster.start(PlaceOptions.clusterOptions(in: folder))
        do {
            _ = try await Migrator().migrate(cluster.address)
            let store = try await PostgresStore.open(cluster.address)
            let bench = WebBench(
                store: store,
                selection: options.selection,
                runs: runs,
                points: points,
                version: Podium.version
            )
            let figures = try await bench.figures()
            await store.close()
            try await cluster.stop(.fast)
            try options.print(figures)
        } catch {
            try? await cluster.stop(.fast)
            throw error
        }
    }
}
