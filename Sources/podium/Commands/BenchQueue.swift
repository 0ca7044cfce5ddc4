import ArgumentParser
import Foundation
import PodiumBench
import PodiumStore

struct BenchQueue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: "Submitting, claiming, finishing and waking, on a private PostgreSQL made for it.",
        discussion: """
            Everything is as durable as in earnest: each claim and each finish is a transaction that \
            waits for the disk. The ceiling of claiming and finishing is pgbench with the same statements and \
            as many clients, on the same server; elsewhere it is transactions that write next to nothing.

            Examples:
              podium bench queue
              podium bench queue queue/claim-finish --runs 5000
              podium bench queue queue/million            claims while a million runs wait
              podium bench queue queue/pinned             beside a snapshot that is held for 30 s
              podium bench queue queue/rescue queue/lead  after the death of workers, of the leading scheduler
            """
    )

    @OptionGroup var options: BenchOptions
    @Option(help: "Runs that are queued for each measurement.")
    var runs = 1000

    func validate() throws {
        guard (100...100_000).contains(runs) else { throw ValidationError("--runs must lie between 100 and 100000") }
    }

    func run() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("podium-bench-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let cluster = try await Cluster.start(PlaceOptions.clusterOptions(in: folder))
        do {
            _ = try await Migrator().migrate(cluster.address)
            let store = try await PostgresStore.open(cluster.address)
            let figures = try await QueueBench(
                cluster: cluster,
                store: store,
                selection: options.selection,
                runs: runs,
                version: Podium.version,
                folder: folder
            ).figures()
            await store.close()
            try await cluster.stop(.fast)
            try options.print(figures)
        } catch {
            try? await cluster.stop(.fast)
            throw error
        }
    }
}
