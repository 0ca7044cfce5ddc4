internal import Foundation
internal import PodiumFiles

extension Safetensors {
    /// A tensor to write.
    package struct Tensor: Sendable {
        package var name: String
        package var shape: [Int]
        package var floats: [Float]

        package init(name: String, shape: [Int], floats: [Float]) {
            precondition(shape.reduce(1, *) == floats.count, "\(name): \(floats.count) numbers do not fill \(shape)")
            self.name = name
            self.shape = shape
            self.floats = floats
        }
    }

    private struct WrittenDescription: Encodable {
        var dtype = "F32"
        var shape: [Int]
        var data_offsets: [Int]
    }

    private enum HeaderValue: Encodable {
        case tensor(WrittenDescription)
        case metadata([String: String])

        func encode(to encoder: any Swift.Encoder) throws {
            switch self {
            case .tensor(let description): try description.encode(to: encoder)
            case .metadata(let values): try values.encode(to: encoder)
            }
        }
    }

    /// Writes tensors as float32, atomically; equal input gives equal bytes.
    ///
    /// - Returns: the file's size in bytes.
    @discardableResult
    package static func write(
        _ tensors: [Tensor],
        metadata: [String: String] = [:],
        to path: String
    ) throws(BERTError) -> Int64 {
        var header: [String: HeaderValue] = [:]
        if !metadata.isEmpty { header["__metadata__"] = .metadata(metadata) }
        var end = 0
        for tensor in tensors {
            let next = end + tensor.floats.count * 4
            header[tensor.name] = .tensor(WrittenDescription(shape: tensor.shape, data_offsets: [end, next]))
            end = next
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var json: Data
        do {
            json = try encoder.encode(header)
        } catch {
            throw BERTError(.invalidRequest, "\(path): the header cannot be written as JSON (\(error))")
        }
        // The data begins at a multiple of eight.
        json.append(Data(repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8))
        let bytes = Array(json)
        return try BERTError.files { () throws(FileError) in
            try AtomicFile.write(path) { (writer) throws(FileError) in
                var length = UInt64(bytes.count).littleEndian
                let prefix = withUnsafeBytes(of: &length) { Array($0) } + bytes
                try writer.append(prefix)
                for tensor in tensors { try writer.append(tensor.floats) }
            }
        }
    }
}
