/// A value of the program under construction; operators append to the program.
struct Tensor {
    let writer: ProgramWriter
    let name: String
    let type: ProgramType

    var shape: [Int] { type.shape }
    var rank: Int { type.shape.count }

    /// Combines two tensors element by element, spreading sizes of 1 and missing leading dimensions as NumPy does.
    private static func combine(_ operation: String, _ left: Tensor, _ right: Tensor) -> Tensor {
        let shape = spread(left.shape, right.shape)
        let (a, b) = (left.spread(to: shape), right.spread(to: shape))
        return a.writer.emit(operation, [a, b], to: a.type)
    }

    private static func spread(_ left: [Int], _ right: [Int]) -> [Int] {
        let rank = Swift.max(left.count, right.count)
        let a = Array(repeating: 1, count: rank - left.count) + left
        let b = Array(repeating: 1, count: rank - right.count) + right
        return zip(a, b).map {
            precondition($0 == $1 || $0 == 1 || $1 == 1, "shapes \(left) and \(right) do not fit")
            return $0 == 1 ? $1 : $0
        }
    }

    /// Broadcasts along sizes of 1 and missing leading dimensions, as NumPy does.
    func spread(to shape: [Int]) -> Tensor {
        guard shape != self.shape else { return self }
        return broadcast(to: shape, along: Array(shape.count - rank..<shape.count))
    }

    /// Repeats along all dimensions of `shape` but those given, which are this tensor's own.
    func broadcast(to shape: [Int], along dimensions: [Int]) -> Tensor {
        let list = Tensor.list(dimensions)
        return writer.emit(
            "stablehlo.broadcast_in_dim",
            [self],
            "broadcast_dimensions = \(list)",
            to: ProgramType(type.element, shape)
        )
    }

    static func + (left: Tensor, right: Tensor) -> Tensor { combine("stablehlo.add", left, right) }
    static func - (left: Tensor, right: Tensor) -> Tensor { combine("stablehlo.subtract", left, right) }
    static func * (left: Tensor, right: Tensor) -> Tensor { combine("stablehlo.multiply", left, right) }
    static func / (left: Tensor, right: Tensor) -> Tensor { combine("stablehlo.divide", left, right) }
    static func & (left: Tensor, right: Tensor) -> Tensor { combine("stablehlo.and", left, right) }
    static func | (left: Tensor, right: Tensor) -> Tensor { combine("stablehlo.or", left, right) }
    static func ^ (left: Tensor, right: Tensor) -> Tensor { combine("stablehlo.xor", left, right) }
    static func << (left: Tensor, right: Tensor) -> Tensor { combine("stablehlo.shift_left", left, right) }
    static func >> (left: Tensor, right: Tensor) -> Tensor { combine("stablehlo.shift_right_logical", left, right) }

    static func + (left: Tensor, right: Float) -> Tensor { left + left.writer.constant(right, left.shape) }
    static func - (left: Tensor, right: Float) -> Tensor { left - left.writer.constant(right, left.shape) }
    static func * (left: Tensor, right: Float) -> Tensor { left * left.writer.constant(right, left.shape) }
    static func / (left: Tensor, right: Float) -> Tensor { left / left.writer.constant(right, left.shape) }
    static func - (left: Float, right: Tensor) -> Tensor { right.writer.constant(left, right.shape) - right }
    static func / (left: Float, right: Tensor) -> Tensor { right.writer.constant(left, right.shape) / right }
    static func & (left: Tensor, right: UInt32) -> Tensor { left & left.writer.constant(right, left.shape) }
    static func ^ (left: Tensor, right: UInt32) -> Tensor { left ^ left.writer.constant(right, left.shape) }
    static func * (left: Tensor, right: UInt32) -> Tensor { left * left.writer.constant(right, left.shape) }
    static func << (left: Tensor, right: UInt32) -> Tensor { left << left.writer.constant(right, left.shape) }
    static func >> (left: Tensor, right: UInt32) -> Tensor { left >> left.writer.constant(right, left.shape) }
    static prefix func - (x: Tensor) -> Tensor { x.map("stablehlo.negate") }

    private func map(_ operation: String) -> Tensor { writer.emit(operation, [self], to: type) }

    var exp: Tensor { map("stablehlo.exponential") }
    /// eˣ − 1, exact near 0.
    var expMinusOne: Tensor { map("stablehlo.exponential_minus_one") }
    var log: Tensor { map("stablehlo.log") }
    var sqrt: Tensor { map("stablehlo.sqrt") }
    var reciprocalSqrt: Tensor { map("stablehlo.rsqrt") }
    /// 1 / (1 + e⁻ˣ).
    var logistic: Tensor { map("stablehlo.logistic") }
    var tanh: Tensor { map("stablehlo.tanh") }
    var erf: Tensor { map("chlo.erf") }

    func maximum(_ other: Tensor) -> Tensor { Tensor.combine("stablehlo.maximum", self, other) }
    func maximum(_ other: Float) -> Tensor { maximum(writer.constant(other, shape)) }

    enum Comparison: String { case equal = "EQ", less = "LT", lessOrEqual = "LE", greaterOrEqual = "GE" }

    /// i1 of the common shape.
    func compare(_ comparison: Comparison, _ other: Tensor) -> Tensor {
        let shape = Tensor.spread(self.shape, other.shape)
        return writer.emit(
            "stablehlo.compare",
            [spread(to: shape), other.spread(to: shape)],
            "comparison_direction = #stablehlo<comparison_direction \(comparison.rawValue)>",
            to: ProgramType(.i1, shape)
        )
    }

    /// Compares int32 or ui32 elements with a number.
    func compare(_ comparison: Comparison, _ other: Int) -> Tensor {
        let isSigned = type.element == .i32
        return compare(
            comparison,
            isSigned ? writer.constant(Int32(other), shape) : writer.constant(UInt32(other), shape)
        )
    }

    /// Where this i1 tensor is true `yes`, elsewhere `no`.
    func select(_ yes: Tensor, _ no: Tensor) -> Tensor {
        let shape = Tensor.spread(Tensor.spread(self.shape, yes.shape), no.shape)
        let (yes, no) = (yes.spread(to: shape), no.spread(to: shape))
        return writer.emit("stablehlo.select", [spread(to: shape), yes, no], to: yes.type)
    }

    func select(_ yes: Tensor, _ no: Float) -> Tensor { select(yes, writer.constant(no)) }

    func convert(_ element: ProgramElement) -> Tensor {
        guard element != type.element else { return self }
        return writer.emit("stablehlo.convert", [self], to: ProgramType(element, shape))
    }

    /// The same bits as another element type of the same size.
    func bits(as element: ProgramElement) -> Tensor {
        writer.emit("stablehlo.bitcast_convert", [self], to: ProgramType(element, shape))
    }

    /// The tensors behind an optimization barrier: the compiler neither merges computations across it nor moves them over it.
    static func opaque(_ tensors: [Tensor]) -> [Tensor] {
        tensors[0].writer.emit("stablehlo.optimization_barrier", tensors, "", region: "", to: tensors.map(\.type))
    }

    /// `array<i64: …>`, as attributes hold sizes.
    static func list(_ sizes: [Int]) -> String {
        sizes.isEmpty ? "array<i64>" : "array<i64: \(sizes.map(String.init).joined(separator: ", "))>"
    }
}
