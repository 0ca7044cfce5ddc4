package import PodiumEval
package import PodiumFiles

/// Input files that the user names.
package enum InputFile {
    /// A file's bytes, unpacked if it is a gzip file.
    package static func bytes(_ path: String) throws(FileError) -> [UInt8] {
        let bytes = try FileContent.read(path)
        guard Gzip.isPacked(bytes) else { return bytes }
        do throws(FileError) {
            return try Gzip.unpack(bytes)
        } catch {
            throw error.inFile(path)
        }
    }

    /// Reads a file by a scorer's reader; its errors name the file.
    package static func read<Value>(_ path: String, _ body: ([UInt8]) throws(EvalError) -> Value) throws -> Value {
        try named(path, try bytes(path), body)
    }

    /// Reads a file as it is, packed or not.
    package static func readPlain<Value>(_ path: String, _ body: ([UInt8]) throws(EvalError) -> Value) throws -> Value {
        try named(path, try FileContent.read(path), body)
    }

    /// Does something with bytes; errors of it name the file they came from.
    package static func named<Value>(
        _ path: String,
        _ bytes: [UInt8],
        _ body: ([UInt8]) throws(EvalError) -> Value
    ) throws(EvalError) -> Value {
        do throws(EvalError) {
            return try body(bytes)
        } catch {
            throw error.inFile(path)
        }
    }
}
