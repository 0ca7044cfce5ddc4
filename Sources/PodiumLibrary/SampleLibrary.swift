import Foundation
import PodiumCore
import PodiumSample

/// The generated sample, written once into the data directory.
package struct SampleLibrary: Sendable {
    private let dataDirectory: String

    package init(dataDirectory: String) {
        self.dataDirectory = dataDirectory
    }

    /// The sample's folder, which is written if it does not exist yet.
    package func folder() throws -> String {
        let path = "\(dataDirectory)/data/sample-\(Sample.version)"
        guard !FileManager.default.fileExists(atPath: path) else { return path }
        do {
            try FileManager.default.createDirectory(
                atPath: "\(dataDirectory)/data",
                withIntermediateDirectories: true
            )
            try Sample().write(to: path)
        } catch {
            // Two engines may make it at once: the first to be done wins, and both have the same bytes.
            if FileManager.default.fileExists(atPath: path) { return path }
            throw LibraryError(.fileSystem, "\(path): the sample cannot be written (\(error))")
        }
        return path
    }

    /// The text to pre-train on.
    package func corpus() throws -> [String] {
        let folder = "\(try folder())/text"
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { "\(folder)/\($0)" }
    }
}
