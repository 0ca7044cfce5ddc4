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
        var dtype: String
        var shape: [Int]
        var data_offsets: [Int]
    }

    private enum HeaderValue: Encodable {
        case tensor(WrittenDescription)
        case metadata([String: String])

        func encode(to encoder: any Encoder) throws {
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
        let header = try header(
            tensors.map { ArchivedTensor(name: $0.name, element: .float32, shape: $0.shape) },
            metadata,
            path
        )
        return try BERTError.files { () throws(FileError) in
            try AtomicFile.write(path) { (writer) throws(FileError) in
                try writer.append(header)
                for tensor in tensors { try writer.append(tensor.floats) }
            }
        }
    }

    /// Writes tensors of any type, wide elements first so that all are aligned, then by name.
    @discardableResult
    package static func write(
        _ tensors: [RawTensor],
        metadata: [String: String],
        to path: String
    ) throws(BERTError) -> Int64 {
        let sorted = tensors.sorted {
            ($1.tensor.element.width, $0.tensor.name) < ($0.tensor.element.width, $1.tensor.name)
        }
        return try RawTensor.write(sorted, after: header(sorted.map(\.tensor), metadata, path), to: path)
    }

    /// The header's length and text, as long as a multiple of eight.
    private static func header(
        _ tensors: [ArchivedTensor],
        _ metadata: [String: String],
        _ path: String
    ) throws(BERTError) -> [UInt8] {
        var header: [String: HeaderValue] = [:]
        if !metadata.isEmpty { header["__metadata__"] = .metadata(metadata) }
        let types = Dictionary(uniqueKeysWithValues: elements.map { ($1, $0) })
        var end = 0
        for tensor in tensors {
            let next = end + (tensor.bytes ?? 0)
            header[tensor.name] = .tensor(
                WrittenDescription(
                    dtype: types[tensor.element] ?? "",
                    shape: tensor.shape,
                    data_offsets: [end, next]
                )
            )
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
        var length = UInt64(json.count).littleEndian
        return withUnsafeBytes(of: &length) { Array($0) } + json
    }
}
