import ArgumentParser
import PodiumLibrary

struct DataCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Fetches benchmark data and prepares text for pre-training.",
        subcommands: [DataPull.self, DataPrepare.self]
    )
}

struct DataPull: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Fetches the official files of GLUE or SQuAD.",
        discussion: """
            Files come from where their makers keep them and are compared with the known digests of the official ones: another
            digest is refused, a file of which no digest is known is reported. What is there already is not fetched again. A job file
            names the folder that is printed: data: {root: FOLDER}. The data sets have terms of their own.

            Examples:
              podium data pull squad
              podium data pull glue --to ~/data
            """
    )

    @OptionGroup var place: PlaceOptions
    @Argument(help: "glue or squad.")
    var collection: DataLibrary.Collection
    @Option(
        name: .customLong("to"),
        help: "The folder to fetch into. Default: data/ of the data directory.",
        completion: .directory
    )
    var folder: String?

    func run() async throws {
        let library = DataLibrary(directory: folder ?? "\(place.dataDirectory)/data/official")
        let files = try await library.pull(collection) { Terminal.error($0) }
        for file in files { Terminal.error(file.text) }
        try Terminal.print(library.directory)
    }
}

extension DataLibrary.Collection: ExpressibleByArgument {}
