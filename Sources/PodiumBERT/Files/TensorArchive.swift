/// Named tensors in a file or folder, of whatever format, whose numbers are read as float32.
///
/// `Weights.load` reads every starting model through this protocol. It asks for the names that transformers gives a
/// BERT's tensors (`bert.encoder.layer.0.attention.self.query.weight`, with or without the prefix) and for weights of the shape
/// [out, in]. An archive of another convention, such as a TensorFlow checkpoint, is wrapped in one that translates names
/// and transposes.
///
/// An implementation checks the file's structure when it is opened: a description that is listed can be read.
package protocol TensorArchive: Sendable {
    /// The file or folder, as messages name it.
    var path: String { get }
    /// Every tensor once, in the archive's own order.
    var tensors: [ArchivedTensor] { get }
    /// Facts that are stored beside the tensors; empty if the format has no place for them.
    var metadata: [String: String] { get }

    /// The tensor of a name; nil if there is none.
    func tensor(named name: String) -> ArchivedTensor?

    /// A tensor's numbers as float32, row-major.
    ///
    /// - Throws: `.malformed` if the bytes are damaged, `.file` if they can no longer be read.
    func floats(of tensor: ArchivedTensor) throws(BERTError) -> [Float]
}

/// What an archive says of one tensor.
package struct ArchivedTensor: Hashable, Sendable {
    /// Element types that can be read as float32.
    package enum Element: String, Hashable, Sendable {
        case float16, bfloat16, float32, float64
        case int8, int16, int32, int64, uint8, uint16, uint32, uint64
        /// One byte, 0 or 1.
        case bool

        /// Bytes of an element.
        package var width: Int {
            switch self {
            case .bool, .int8, .uint8: 1
            case .float16, .bfloat16, .int16, .uint16: 2
            case .float32, .int32, .uint32: 4
            case .float64, .int64, .uint64: 8
            }
        }
    }

    package let name: String
    package let element: Element
    /// Sizes, row-major; empty for a scalar.
    package let shape: [Int]

    package init(name: String, element: Element, shape: [Int]) {
        (self.name, self.element, self.shape) = (name, element, shape)
    }

    /// How many elements there are; nil if a size is negative or the number is none that an Int holds.
    package var count: Int? {
        guard shape.allSatisfy({ $0 >= 0 }) else { return nil }
        guard !shape.contains(0) else { return 0 }
        var count = 1
        for size in shape {
            let (product, overflows) = count.multipliedReportingOverflow(by: size)
            guard !overflows else { return nil }
            count = product
        }
        return count
    }

    /// The elements' bytes; nil likewise.
    package var bytes: Int? {
        guard let (product, overflows) = count?.multipliedReportingOverflow(by: element.width), !overflows else {
            return nil
        }
        return product
    }
}

extension TensorArchive {
    package func tensor(named name: String) -> ArchivedTensor? { tensors.first { $0.name == name } }

    /// The numbers of the tensor of a name.
    package func floats(_ name: String) throws(BERTError) -> [Float] {
        guard let tensor = tensor(named: name) else {
            throw BERTError(.mismatch, "\(path): there is no tensor \(name)")
        }
        return try floats(of: tensor)
    }

    /// A tensor's numbers, all of which must be finite.
    package func weights(_ tensor: ArchivedTensor) throws(BERTError) -> [Float] {
        let floats = try floats(of: tensor)
        guard floats.allSatisfy(\.isFinite) else {
            throw BERTError(
                .malformed,
                "\(path): tensor \(tensor.name) holds numbers that are not finite; the file is damaged or its training diverged"
            )
        }
        return floats
    }
}
