/// What an element of a program's tensor is.
enum ProgramElement: String, Hashable, Sendable { case f32, bf16, i32, ui32, i8, i1 }

/// A tensor type of StableHLO, all sizes known.
struct ProgramType: Hashable, Sendable, CustomStringConvertible {
    var element: ProgramElement
    var shape: [Int]

    init(_ element: ProgramElement, _ shape: [Int]) {
        self.element = element
        self.shape = shape
    }

    var scalar: ProgramType { ProgramType(element, []) }

    var description: String {
        "tensor<\(shape.map { "\($0)x" }.joined())\(element.rawValue)>"
    }
}
