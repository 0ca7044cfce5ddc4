/// A tensor of the naive float64 interpreter; integers are held as doubles, exactly.
package struct Reference: Hashable, Sendable {
    package let shape: [Int]
    package var values: [Double]

    package init(_ values: [Double], shape: [Int]) {
        precondition(values.count == shape.reduce(1, *), "\(values.count) elements do not fill shape \(shape)")
        self.shape = shape
        self.values = values
    }

    package init(zeros shape: [Int]) { self.init(Array(repeating: 0, count: shape.reduce(1, *)), shape: shape) }
    package init(scalar: Double) { self.init([scalar], shape: []) }

    package init(_ tensor: HostTensor) {
        switch tensor.elements {
        case .float32(let floats): self.init(floats.map(Double.init), shape: tensor.shape)
        case .int32(let integers): self.init(integers.map(Double.init), shape: tensor.shape)
        }
    }

    /// The tensor as fed to an executor.
    package func host(_ element: ElementType) -> HostTensor {
        switch element {
        case .float32: HostTensor(values.map(Float.init), shape: shape)
        case .int32: HostTensor(values.map { Int32($0) }, shape: shape)
        }
    }

    /// Rows of a tensor seen as a matrix: all dimensions but the last.
    package var rows: Int { shape.dropLast().reduce(1, *) }
    /// Columns of a tensor seen as a matrix: the last dimension.
    package var columns: Int { shape.last ?? 1 }

    package subscript(_ row: Int, _ column: Int) -> Double {
        get { values[row * columns + column] }
        set { values[row * columns + column] = newValue }
    }

    func integer(_ index: Int) -> Int { Int(values[index]) }
    /// The bits of an int32 element.
    func word(_ index: Int) -> UInt32 { UInt32(bitPattern: Int32(values[index])) }

    package func map(_ transform: (Double) -> Double) -> Reference { Reference(values.map(transform), shape: shape) }
}
