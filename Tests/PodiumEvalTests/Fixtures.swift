import Foundation
import PodiumEval

/// Where the committed fixtures lie.
enum Fixtures {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

    static func decode<Value: Decodable>(_ type: Value.Type, from name: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: folder.appending(path: name)))
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
