import Foundation
import PodiumEval

/// Input files that the user names on the command line.
enum InputFile {
    /// A file's bytes, unpacked if it is a gzip file; a missing file is wrong usage.
    static func bytes(_ path: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Failure(.usage, "\(path): the file is missing or cannot be read")
        }
        let bytes = [UInt8](data)
        guard Gzip.isPacked(bytes) else { return bytes }
        do throws(EvalError) {
            return try Gzip.unpack(bytes)
        } catch {
            throw error.inFile(path)
        }
    }

    /// Reads a file by a scorer's reader; its errors name the file.
    static func read<Value>(_ path: String, _ body: ([UInt8]) throws(EvalError) -> Value) throws -> Value {
        let bytes = try bytes(path)
        do throws(EvalError) {
            return try body(bytes)
        } catch {
            throw error.inFile(path)
        }
    }

    /// Writes a result; a file in the way is replaced.
    static func write(_ bytes: [UInt8], to path: String) throws {
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw Failure(.trouble, "\(path): the file cannot be written: \(error.localizedDescription)")
        }
    }
}
