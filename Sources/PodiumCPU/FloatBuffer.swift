internal import Foundation
import PodiumGraph

/// Memory for float32 or int32 elements, aligned to cache lines, freed with its owner.
final class FloatBuffer {
    let base: UnsafeMutableRawPointer
    /// Elements of four bytes.
    let count: Int
    private let block: UnsafeMutableRawPointer

    /// Allocates zeros; pages of a large buffer become resident as they are used.
    init(count: Int) throws(GraphError) {
        self.count = count
        guard let block = calloc(count * 4 + FloatBuffer.alignment, 1) else {
            throw GraphError(
                .memory,
                "this machine does not give \(count * 4 >> 20) MiB at once; take a smaller batch or gradientCheckpointing"
            )
        }
        self.block = block
        base = block.alignedUp(toMultipleOf: FloatBuffer.alignment)
    }

    private static let alignment = 64

    deinit { free(block) }
}

/// A tensor in the executor's memory.
struct TensorView {
    let base: UnsafeMutableRawPointer
    let type: ElementType
    let shape: [Int]
    /// Whether the elements are bfloat16: a matmul operand.
    var isBFloat16 = false
    /// Unused elements between the end of a row and the start of the next.
    var padding = 0

    var floats: UnsafeMutablePointer<Float> { base.assumingMemoryBound(to: Float.self) }
    var halves: UnsafeMutablePointer<UInt16> { base.assumingMemoryBound(to: UInt16.self) }
    var integers: UnsafeMutablePointer<Int32> { base.assumingMemoryBound(to: Int32.self) }
    var count: Int { shape.reduce(1, *) }
    /// All dimensions but the last.
    var rows: Int { shape.dropLast().reduce(1, *) }
    var columns: Int { shape.last ?? 1 }
    /// Distance between the starts of rows, in elements.
    var stride: Int { columns + padding }

    /// Address of an element of a float32 matrix.
    func corner(_ row: Int, _ column: Int) -> UnsafeMutablePointer<Float> { floats + row * stride + column }

    func copy(from tensor: HostTensor) {
        switch tensor.elements {
        case .float32(let elements): elements.withUnsafeBytes { base.copyBytes($0) }
        case .int32(let elements): elements.withUnsafeBytes { base.copyBytes($0) }
        }
    }

    func host() -> HostTensor {
        switch type {
        case .float32: HostTensor(Array(UnsafeBufferPointer(start: floats, count: count)), shape: shape)
        case .int32: HostTensor(Array(UnsafeBufferPointer(start: integers, count: count)), shape: shape)
        }
    }
}

extension UnsafeMutableRawPointer {
    fileprivate func copyBytes(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        copyMemory(from: source, byteCount: bytes.count)
    }
}
