internal import Foundation

/// A file of named tensors: a length, a JSON header, then raw little-endian numbers.
///
/// The header is checked before anything is believed: its length against the
/// file, every tensor's bytes against its shape, and that the tensors fill the
/// data exactly, without gap or overlap.
package struct Safetensors: TensorArchive {
    /// Names of element types in the header.
    private static let elements: [String: ArchivedTensor.Element] = [
        "F32": .float32, "F16": .float16, "BF16": .bfloat16, "F64": .float64, "I32": .int32, "I64": .int64,
    ]

    package let path: String
    /// In the order of their bytes.
    package let tensors: [ArchivedTensor]
    package let metadata: [String: String]
    /// Each tensor's place by its name: offsets from the start of the data.
    private let ranges: [String: Range<Int>]
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
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
        } catch {
            throw BERTError(.file, "\(path): the file cannot be read (\(error.localizedDescription))")
        }
        func bad(_ what: String) -> BERTError {
            BERTError(.malformed, "\(path): not a whole safetensors file: \(what)")
        }
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
            var count = element.width
            for size in description.shape {
                let (product, overflows) = count.multipliedReportingOverflow(by: size)
                guard size >= 0, !overflows else { throw bad("tensor \(name) has the shape \(description.shape)") }
                count = product
            }
            let range = description.data_offsets[0]..<description.data_offsets[1]
            guard range.count == count else {
                throw bad(
                    "tensor \(name) of shape \(description.shape) needs \(count) bytes, its offsets give \(range.count)"
                )
            }
            entries.append((ArchivedTensor(name: name, element: element, shape: description.shape), range))
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
        ranges = Dictionary(uniqueKeysWithValues: entries.map { ($0.tensor.name, $0.range) })
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

    package func floats(of tensor: ArchivedTensor) throws(BERTError) -> [Float] {
        guard let range = ranges[tensor.name] else {
            throw BERTError(.mismatch, "\(path): there is no tensor \(tensor.name)")
        }
        let count = range.count / tensor.element.width
        return data.withUnsafeBytes { all in
            let bytes = UnsafeRawBufferPointer(
                rebasing: all[(start + range.lowerBound)..<(start + range.upperBound)]
            )
            func load<T>(_ type: T.Type, _ i: Int) -> T {
                bytes.loadUnaligned(fromByteOffset: i * MemoryLayout<T>.size, as: T.self)
            }
            return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
                switch tensor.element {
                case .float32: for i in 0..<count { buffer[i] = Float(bitPattern: load(UInt32.self, i)) }
                case .float64: for i in 0..<count { buffer[i] = Float(Double(bitPattern: load(UInt64.self, i))) }
                case .bfloat16: for i in 0..<count { buffer[i] = Float(bitPattern: UInt32(load(UInt16.self, i)) << 16) }
                case .float16: for i in 0..<count { buffer[i] = Self.float(half: load(UInt16.self, i)) }
                case .int32: for i in 0..<count { buffer[i] = Float(load(Int32.self, i)) }
                case .int64: for i in 0..<count { buffer[i] = Float(load(Int64.self, i)) }
                case .bool: for i in 0..<count { buffer[i] = load(UInt8.self, i) == 0 ? 0 : 1 }
                }
                initialized = count
            }
        }
    }

    /// IEEE half precision, without relying on the target's support for it.
    private static func float(half bits: UInt16) -> Float {
        let sign: Float = bits & 0x8000 == 0 ? 1 : -1
        let exponent = Int(bits >> 10 & 0x1F)
        let fraction = Float(bits & 0x3FF)
        switch exponent {
        case 0: return sign * fraction * 0x1p-24
        case 31: return fraction == 0 ? sign * .infinity : .nan
        default: return sign * (1 + fraction / 1024) * Float(sign: .plus, exponent: exponent - 15, significand: 1)
        }
    }
}
