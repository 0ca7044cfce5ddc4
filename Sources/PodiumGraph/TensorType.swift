/// Element type of a tensor: floating-point state is float32; indices and labels are int32.
package enum ElementType: String, Hashable, Sendable { case float32, int32 }

/// A tensor's element type and (possibly symbolic) shape, row-major; a scalar has the empty shape.
package struct TensorType: Hashable, Sendable, CustomStringConvertible {
    package let element: ElementType
    package let shape: [Dimension]

    package init(_ element: ElementType = .float32, _ shape: [Dimension]) {
        self.element = element
        self.shape = shape
    }

    package func dimensions(in bindings: [String: Int]) -> [Int] { shape.map { $0.size(in: bindings) } }

    package func count(in bindings: [String: Int]) -> Int { shape.reduce(1) { $0 * $1.size(in: bindings) } }

    package var description: String { "\(element.rawValue)[\(shape.map(\.description).joined(separator: ", "))]" }
}

/// A handle on one tensor of a graph: an input, a variable, or an output of a node.
package struct Value: Hashable, Sendable {
    package let id: Int
    package let type: TensorType

    package var shape: [Dimension] { type.shape }
    /// Size of the last dimension, which must be fixed: the width of a layer.
    package var width: Int { shape[shape.count - 1].fixed }

    package static func == (left: Value, right: Value) -> Bool { left.id == right.id }
    package func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
