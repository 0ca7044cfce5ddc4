internal import Foundation
internal import PodiumFiles

/// An archive that gives a tensor's bytes as they are stored.
package protocol RawTensorArchive: TensorArchive {
    /// The tensor's elements, row-major and little-endian.
    func bytes(of tensor: ArchivedTensor) throws(BERTError) -> [UInt8]
}

extension RawTensorArchive {
    package func floats(of tensor: ArchivedTensor) throws(BERTError) -> [Float] {
        let bytes = try bytes(of: tensor)
        return bytes.withUnsafeBytes { tensor.element.floats($0) }
    }
}

/// A tensor to write, whose bytes are made when it is its turn.
package struct RawTensor {
    package var tensor: ArchivedTensor
    package var bytes: () throws(BERTError) -> [UInt8]

    package init(_ tensor: ArchivedTensor, bytes: @escaping () throws(BERTError) -> [UInt8]) {
        self.tensor = tensor
        self.bytes = bytes
    }

    /// Bytes of all elements.
    package var size: Int { tensor.bytes ?? 0 }

    /// Writes tensors back to back after some bytes, atomically.
    ///
    /// - Parameter written: told where in the data each tensor begins.
    /// - Returns: the file's size.
    static func write(
        _ tensors: [RawTensor],
        after prefix: [UInt8] = [],
        to path: String,
        written: (ArchivedTensor, Int, [UInt8]) -> Void = { _, _, _ in }
    ) throws(BERTError) -> Int64 {
        var failure: BERTError?
        do {
            return try BERTError.files { () throws(FileError) in
                try AtomicFile.write(path) { (writer) throws(FileError) in
                    try writer.append(prefix)
                    var offset = 0
                    for raw in tensors {
                        let bytes: [UInt8]
                        do throws(BERTError) {
                            bytes = try raw.bytes()
                        } catch {
                            failure = error
                            throw FileError(.unreadable, error.message)
                        }
                        precondition(bytes.count == raw.size, "\(raw.tensor.name): \(bytes.count) bytes")
                        written(raw.tensor, offset, bytes)
                        try writer.append(bytes)
                        offset += bytes.count
                    }
                }
            }
        } catch {
            throw failure ?? error
        }
    }

    /// The bytes of a matrix with rows and columns exchanged.
    static func transposed(_ bytes: [UInt8], _ matrix: ArchivedTensor) -> [UInt8] {
        let (rows, columns) = (matrix.shape[0], matrix.shape[1])
        func exchange<Element: FixedWidthInteger>(_ type: Element.Type) -> [UInt8] {
            bytes.withUnsafeBytes { source in
                [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, initialized in
                    let target = UnsafeMutableRawBufferPointer(buffer)
                    let width = MemoryLayout<Element>.size
                    // In squares that stay in the cache.
                    for top in stride(from: 0, to: rows, by: 32) {
                        for left in stride(from: 0, to: columns, by: 32) {
                            for row in top..<min(rows, top + 32) {
                                for column in left..<min(columns, left + 32) {
                                    let value = source.loadUnaligned(
                                        fromByteOffset: (row * columns + column) * width,
                                        as: Element.self
                                    )
                                    target.storeBytes(
                                        of: value,
                                        toByteOffset: (column * rows + row) * width,
                                        as: Element.self
                                    )
                                }
                            }
                        }
                    }
                    initialized = bytes.count
                }
            }
        }
        return switch matrix.element.width {
        case 1: exchange(UInt8.self)
        case 2: exchange(UInt16.self)
        case 4: exchange(UInt32.self)
        default: exchange(UInt64.self)
        }
    }
}

extension ArchivedTensor.Element {
    /// Elements' bytes as float32.
    func floats(_ bytes: UnsafeRawBufferPointer) -> [Float] {
        let count = bytes.count / width
        func load<T: BitwiseCopyable>(_ type: T.Type, _ i: Int) -> T {
            bytes.loadUnaligned(fromByteOffset: i * MemoryLayout<T>.size, as: T.self)
        }
        return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            switch self {
            case .float32: for i in 0..<count { buffer[i] = Float(bitPattern: load(UInt32.self, i)) }
            case .float64: for i in 0..<count { buffer[i] = Float(Double(bitPattern: load(UInt64.self, i))) }
            case .bfloat16: for i in 0..<count { buffer[i] = Float(bitPattern: UInt32(load(UInt16.self, i)) << 16) }
            case .float16: for i in 0..<count { buffer[i] = Self.float(half: load(UInt16.self, i)) }
            case .int8: for i in 0..<count { buffer[i] = Float(load(Int8.self, i)) }
            case .int16: for i in 0..<count { buffer[i] = Float(load(Int16.self, i)) }
            case .int32: for i in 0..<count { buffer[i] = Float(load(Int32.self, i)) }
            case .int64: for i in 0..<count { buffer[i] = Float(load(Int64.self, i)) }
            case .uint8: for i in 0..<count { buffer[i] = Float(load(UInt8.self, i)) }
            case .uint16: for i in 0..<count { buffer[i] = Float(load(UInt16.self, i)) }
            case .uint32: for i in 0..<count { buffer[i] = Float(load(UInt32.self, i)) }
            case .uint64: for i in 0..<count { buffer[i] = Float(load(UInt64.self, i)) }
            case .bool: for i in 0..<count { buffer[i] = load(UInt8.self, i) == 0 ? 0 : 1 }
            }
            initialized = count
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
