internal import Foundation
package import PodiumCore
internal import PodiumFiles

extension EngineAssignment {
    /// Reads what a worker put into an attempt's folder.
    package init(inFolder folder: String) throws {
        let path = "\(folder)/\(Self.fileName)"
        guard FileManager.default.fileExists(atPath: path) else {
            throw FileError(.missing, "the file is missing; engines are started by `podium worker`", file: path)
        }
        do {
            self = try JSONDecoder().decode(EngineAssignment.self, from: Data(try FileContent.read(path)))
        } catch let error as DecodingError {
            throw FileError(.malformed, "not an assignment of this version (\(error))", file: path)
        }
    }
}
