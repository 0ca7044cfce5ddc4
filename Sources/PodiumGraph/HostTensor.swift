/// A tensor in host memory: the inputs and outputs of a run.
package struct HostTensor: Hashable, Sendable {
    package enum Elements: Hashable, Sendable {
        case float32([Float])
        case int32([Int32])
    }

    /// Sizes, row-major; empty for a scalar.
    package let shape: [Int]
    package let elements: Elements

    package init(_ floats: [Float], shape: [Int]) {
        precondition(floats.count == shape.reduce(1, *), "\(floats.count) elements do not fill shape \(shape)")
        self.shape = shape
        elements = .float32(floats)
    }

    package init(_ integers: [Int32], shape: [Int]) {
        precondition(integers.count == shape.reduce(1, *), "\(integers.count) elements do not fill shape \(shape)")
        self.shape = shape
        elements = .int32(integers)
    }

    /// A vector.
    package init(_ floats: [Float]) { self.init(floats, shape: [floats.count]) }
    package init(_ integers: [Int32]) { self.init(integers, shape: [integers.count]) }

    /// A scalar.
    package init(scalar: Float) { self.init([scalar], shape: []) }
    package init(scalar: Int32) { self.init([scalar], shape: []) }

    package var element: ElementType {
        switch elements {
        case .float32: .float32
        case .int32: .int32
        }
    }

    /// The elements of a float32 tensor; empty for an int32 tensor.
    package var floats: [Float] {
        guard case .float32(let floats) = elements else { return [] }
        return floats
    }

    /// The elements of an int32 tensor; empty for a float32 tensor.
    package var integers: [Int32] {
        guard case .int32(let integers) = elements else { return [] }
        return integers
    }
}
