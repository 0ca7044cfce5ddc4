import Foundation
import PodiumEval

/// Where the committed fixtures and the real data lie.
enum Fixtures {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

    static func decode<Value: Decodable>(_ type: Value.Type, from name: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: folder.appending(path: name)))
    }

    /// A file of the real data: `PODIUM_TEST_DATA`, or `shared/data` beside the package.
    static func realData(_ path: String) throws -> [UInt8] {
        let root =
            ProcessInfo.processInfo.environment["PODIUM_TEST_DATA"].map { URL(filePath: $0) }
            ?? folder.appending(path: "../../../../shared/data").standardized
        let file = root.appending(path: path)
        do {
            return [UInt8](try Data(contentsOf: file))
        } catch {
            throw MissingData(description: "real data is missing: \(file.path); set PODIUM_TEST_DATA to its folder")
        }
    }

    struct MissingData: Error, CustomStringConvertible {
        let description: String
    }
}

extension EvalError.Code {
    /// The code of the error that the body throws, or nil if it throws none.
    static func thrown(by body: () throws(EvalError) -> Void) -> EvalError.Code? {
        do throws(EvalError) {
            try body()
            return nil
        } catch {
            return error.code
        }
    }
}
