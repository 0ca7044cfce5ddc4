import ArgumentParser
import Foundation
import PodiumCore
import PodiumExperiments
import PodiumMigrations
import PodiumStore

struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes a suite with its results, curves, predictions and files into a folder.",
        discussion: """
            The folder holds JSON lines of every row, the files of all artifacts, and a manifest with the SHA-256 of \
            each. `podium import` stores it elsewhere. With --mlflow the folder is one that MLflow shows: \
            `mlflow ui --backend-store-uri DIR`.

            Examples:
              podium export glue-minilm /backup/glue-minilm
              podium export 12 mlruns --mlflow
            """
    )

    @OptionGroup var place: PlaceOptions
    @Argument(help: "The suite's number or name.")
    var suite: String
    @Argument(help: "The folder.", completion: .directory)
    var folder: String
    @Flag(help: "Write MLflow's layout; several suites may share the folder.")
    var mlflow = false

    func run() async throws {
        let place = try place.resolved()
        let folder = URL(fileURLWithPath: folder).standardizedFileURL.path
        try await place.withStore { store in
            let suite = try await store.chosenSuite(suite)
            if mlflow {
                guard let history = try await SuiteHistory.load(suite.id, from: store, curvePoints: 2000) else {
                    return
                }
                let count = try MLflowExport.write(history, to: folder, user: NSUserName())
                return try Terminal.print("Wrote \(count) runs of suite \(suite.id) to \(folder) for MLflow.")
            }
            let archive = try await SuiteArchive.export(
                suite,
                to: folder,
                dataDirectory: place.dataDirectory,
                version: Podium.version,
                schema: Migration.all.count,
                now: Date().timeIntervalSince1970,
                store: store
            ) { Terminal.error("podium: \($0)") }
            try Terminal.print(
                "Exported suite \(suite.id) to \(folder): \(archive.tables.reduce(0) { $0 + $1.rows }) rows, "
                    + "\(archive.files.count) files."
            )
        }
    }
}

struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stores a suite that `podium export` wrote, under new numbers.",
        discussion: """
            Every hash is checked first; a file that was changed is refused and nothing is stored. The same export \
            again stores nothing.

            Example:
              podium import /backup/glue-minilm
            """
    )

    @OptionGroup var place: PlaceOptions
    @Argument(help: "The folder.", completion: .directory)
    var folder: String
    @Flag(help: "One JSON document.")
    var json = false

    func run() async throws {
        let place = try place.resolved()
        let folder = URL(fileURLWithPath: folder).standardizedFileURL.path
        let archive = try SuiteArchive.read(folder, schema: Migration.all.count)
        let outcome = try await place.withStore { store in
            try await archive.store(from: folder, dataDirectory: place.dataDirectory, store: store)
        }
        if json { return try JSONOutput.print(outcome) }
        try Terminal.print(
            outcome.wasThere
                ? "It is here already, as suite \(outcome.suite)."
                : "Imported \(archive.suite) as suite \(outcome.suite): \(outcome.runs) runs, \(archive.files.count) files."
        )
    }
}
