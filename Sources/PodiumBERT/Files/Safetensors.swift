internal import Foundation

/// A file of named tensors: a length, a JSON header, then raw little-endian numbers.
///
/// The header is checked before anything is believed: its length against the
/// file, every tensor's bytes against its shape, and that the tensors fill the
/// data exactly, without gap or overlap.
package struct Safetensors: RawTensorArchive {
    /// Names of element types in the header.
    static let elements: [String: ArchivedTensor.Element] = [
        "F32": .float32, "F16": .float16, "BF16": .bfloat16, "F64": .float64, "I8": .int8, "I16": .int16, "I32": .int32,
        "I64": .int64, "U8": .uint8, "U16": .uint16, "U32": .uint32, "U64": .uint64, "BOOL": .bool,
    ]

    package let path: String
    /// In the order of their bytes.
    package let tensors: [ArchivedTensor]
    package let metadata: [String: String]
    /// By name: a tensor's place in `tensors`, and its bytes counted from the start of the data.
    private let places: [String: (number: Int, range: Range<Int>)]
    private let data: Data
    private let start: Int

    private struct Description: Decodable {
        var dtype: String
        var shape: [Int]
        var data_offsets: [Int]
    }

    private struct Header: Decodable {
        struct Key: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }
        var tensors: [String: Description] = [:]
        var metadata: [String: String]?

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            for key in container.allKeys {
                if key.stringValue == "__metadata__" {
                    metadata = try container.decode([String: String].self, forKey: key)
                } else {
                    tensors[key.stringValue] = try container.decode(Description.self, forKey: key)
                }
            }
        }
    }

    /// Opens and checks a file; tensors are read when asked for.
    package init(path: String) throws(BERTError) {
        self.path = path
        _ = try ModelFile.size(path)
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
        } catch {
            throw BERTError(.file, "\(path): the file cannot be read (\(error.localizedDescription))")
        }
        func bad(_ what: String) -> BERTError {
            BERTError(.malformed, "\(path): not a whole safetensors file: \(what)")
        }
        if let reason = ModelFile.pointer(data.prefix(64)) { throw BERTError(.malformed, "\(path): \(reason)") }
        guard data.count >= 8 else { throw bad("it has \(data.count) bytes, the header's length alone needs 8") }
        let length = data.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
        guard length <= 100_000_000 else { throw bad("the header claims \(length) bytes; at most 100 MB are allowed") }
        guard 8 + Int(length) <= data.count else {
            throw bad("the header claims \(length) bytes, the file has \(data.count)")
        }
        start = 8 + Int(length)
        let header: Header
        do {
            header = try JSONDecoder().decode(Header.self, from: data[8..<start])
        } catch {
            throw bad("the header is not the JSON it should be")
        }
        let names = header.tensors.count + (header.metadata == nil ? 0 : 1)
        guard Self.outermostKeys(data[8..<start]) == names else { throw bad("the header names a tensor twice") }
        metadata = header.metadata ?? [:]
        var entries: [(tensor: ArchivedTensor, range: Range<Int>)] = []
        for (name, description) in header.tensors {
            guard let element = Self.elements[description.dtype] else {
                throw bad("tensor \(name) is of type \(description.dtype), which is not supported")
            }
            guard description.data_offsets.count == 2, description.data_offsets[0] >= 0,
                description.data_offsets[0] <= description.data_offsets[1]
            else { throw bad("tensor \(name) has data_offsets \(description.data_offsets)") }
            let tensor = ArchivedTensor(name: name, element: element, shape: description.shape)
            guard let count = tensor.bytes else { throw bad("tensor \(name) has the shape \(description.shape)") }
            let range = description.data_offsets[0]..<description.data_offsets[1]
            guard range.count == count else {
                throw bad(
                    "tensor \(name) of shape \(description.shape) needs \(count) bytes, its offsets give \(range.count)"
                )
            }
            entries.append((tensor, range))
        }
        entries.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
        var end = 0
        for entry in entries {
            guard entry.range.lowerBound == end else {
                let what = entry.range.lowerBound < end ? "overlaps the one before" : "leaves a gap before it"
                throw bad("tensor \(entry.tensor.name) \(what)")
            }
            end = entry.range.upperBound
        }
        guard end == data.count - start else {
            throw bad("the tensors need \(end) bytes, the file has \(data.count - start) (was it cut short?)")
        }
        tensors = entries.map(\.tensor)
        places = Dictionary(
            uniqueKeysWithValues: entries.enumerated().map { ($1.tensor.name, (number: $0, range: $1.range)) }
        )
    }

    /// How many keys the outermost object of valid JSON has, one given twice counted twice (decoders keep only one).
    private static func outermostKeys(_ json: Data) -> Int {
        var depth = 0
        var keys = 0
        var isString = false
        var isEscaped = false
        for byte in json {
            if isEscaped {
                isEscaped = false
            } else if isString {
                isEscaped = byte == UInt8(ascii: "\\")
                isString = byte != UInt8(ascii: "\"")
            } else {
                switch byte {
                case UInt8(ascii: "\""): isString = true
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
                case UInt8(ascii: ":") where depth == 1: keys += 1
                default: break
                }
            }
        }
        return keys
    }

    package func tensor(named name: String) -> ArchivedTensor? { places[name].map { tensors[$0.number] } }

    package func bytes(of tensor: ArchivedTensor) throws(BERTError) -> [UInt8] {
        guard let range = places[tensor.name]?.range else {
            throw BERTError(.mismatch, "\(path): there is no tensor \(tensor.name)")
        }
        return data.withUnsafeBytes { Array($0[(start + range.lowerBound)..<(start + range.upperBound)]) }
    }

    package func floats(of tensor: ArchivedTensor) throws(BERTError) -> [Float] {
        guard let range = places[tensor.name]?.range else {
            throw BERTError(.mismatch, "\(path): there is no tensor \(tensor.name)")
        }
        return data.withUnsafeBytes {
            tensor.element.floats(
                UnsafeRawBufferPointer(rebasing: $0[(start + range.lowerBound)..<(start + range.upperBound)])
            )
        }
    }
}
