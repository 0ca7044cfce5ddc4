import ArgumentParser
import Foundation
import PodiumCPU
import PodiumCore
import PodiumDevices
import PodiumExperiments
import PodiumLibrary
import PodiumPJRT
import PodiumStore

/// Where Podium keeps everything: a data directory with a private database, or a database elsewhere.
struct PlaceOptions: ParsableArguments {
    @Option(
        name: .customLong("data-dir"),
        help: ArgumentHelp(
            "Data directory: private database, data, models, artifacts.",
            discussion: "Default: $PODIUM_DATA_DIR, else ~/.local/share/podium."
        ),
        completion: .directory
    )
    var dataDirectoryOption: String?

    @Option(
        help: ArgumentHelp(
            "Use this PostgreSQL server instead of the private one.",
            discussion: "postgresql://user@host:5432/name, or $PODIUM_DATABASE. A password is better in ~/.pgpass."
        )
    )
    var database: String?

    /// The data directory's absolute path.
    var dataDirectory: String {
        // A relative path there is to be ignored (XDG base directory specification).
        let shared = Variable.value("XDG_DATA_HOME").flatMap { $0.hasPrefix("/") ? "\($0)/podium" : nil }
        let path =
            dataDirectoryOption ?? Variable.value("PODIUM_DATA_DIR") ?? shared ?? "\(userHome)/.local/share/podium"
        return URL(fileURLWithPath: path).standardizedFileURL.path
    }

    var userHome: String {
        Variable.value("HOME") ?? NSHomeDirectory()
    }

    var databaseURL: String? {
        database ?? Variable.value("PODIUM_DATABASE")
    }

    var clusterOptions: ClusterOptions { Self.clusterOptions(in: dataDirectory) }

    /// A private server in a folder, with the programs that the environment names.
    static func clusterOptions(in folder: String) -> ClusterOptions {
        ClusterOptions(
            dataDirectory: folder,
            binaryDirectory: Variable.value("PG_BIN"),
            searchPath: Variable.value("PATH")
        )
    }

    /// The options as one value, for code that runs after the parsing.
    func resolved() throws -> Place {
        Place(
            dataDirectory: dataDirectory,
            database: try databaseURL.map { (url) throws(StoreError) in try DatabaseAddress(parsing: url) },
            clusterOptions: clusterOptions
        )
    }

    /// Does something with the store of a running Podium.
    func withStore<Result>(_ body: (any JobStore) async throws -> Result) async throws -> Result {
        try await resolved().withStore(body)
    }

    /// Does something with what was asked of history; words that make no sense are refused before a store is asked for.
    func withHistory<Result>(
        _ request: HistoryRequest,
        _ body: (any JobStore, HistoryFilter) async throws -> Result
    ) async throws -> Result {
        let now = Date().timeIntervalSince1970
        _ = try request.filterOfAnySuite(now: now)
        return try await withStore { store in try await body(store, try await request.filter(in: store, now: now)) }
    }

    /// The models that were fetched into the data directory.
    var models: ModelLibrary {
        let hub = HubOptions(environment: ProcessInfo.processInfo.environment, home: userHome)
        return ModelLibrary(directory: dataDirectory + "/models", hub: hub)
    }

    /// Makes devices by this process's environment.
    func devices(
        matmulLibrary: CPUConfiguration.MatmulLibrary = .oneDNN,
        onHang: (@Sendable (PJRTError) -> Void)? = nil
    ) -> DeviceFactory {
        Machine.devices(dataDirectory: dataDirectory, matmulLibrary: matmulLibrary, onHang: onHang)
    }

    func planner() -> Planner {
        Planner(devices: devices(), plans: StoredPlans(dataDirectory: dataDirectory), models: models)
    }
}
