import PodiumGraph

/// What the lowering adds to an operation: its translation to StableHLO.
protocol LoweredOperation: Operation {
    /// Writes the node's outputs, in the order of `outputNames`.
    func lower(_ step: LoweringStep) -> [Tensor]

    /// The input with packed sequences' offsets, and the dimension of their tokens, if the node knows it.
    func packing(of node: Node) -> (offsets: Value, tokens: Dimension?)?

    /// Inputs that hold indices, and their bounds.
    func indices(of node: Node) -> [IndexInput]

    /// Recomputes the first output from residuals in the backward pass; `nil` if that is expensive.
    ///
    /// - Parameter gradient: the recomputation waits for it.
    func rematerialize(_ step: LoweringStep, after gradient: Tensor) -> Tensor?

    /// Whether the operation is a loss or its gradient: the operands stay float32 in any precision.
    var isLoss: Bool { get }
}

extension LoweredOperation {
    func packing(of node: Node) -> (offsets: Value, tokens: Dimension?)? { nil }
    func indices(of node: Node) -> [IndexInput] { [] }
    func rematerialize(_ step: LoweringStep, after gradient: Tensor) -> Tensor? { nil }
    var isLoss: Bool { false }
}

/// An input that numbers rows or classes.
struct IndexInput {
    let value: Value
    /// Indices are below this.
    let bound: Dimension
    /// Whether a negative index means "none".
    var allowsNone = false
}

/// One node in the course of lowering.
struct LoweringStep {
    let node: Node
    let lowering: Lowering

    var writer: ProgramWriter { lowering.writer }

    func input(_ index: Int) -> Tensor { lowering.tensor(node.inputs[index]) }
    /// An input in its stored type, which may be bfloat16: a matmul operand.
    func operand(_ index: Int) -> Tensor { lowering.keptBlock(node.inputs[index]) }
    /// A float32 input; a tensor [tokens, columns] has the shape [rows, width, columns].
    ///
    /// Operations should keep this shape: a TPU would have to move [tokens, columns] in memory before attention can
    /// separate the rows.
    func block(_ index: Int) -> Tensor { operand(index).convert(.f32) }
    /// An input from the forward pass as an operand of the backward pass: recomputed from residuals where that is cheap,
    /// so that it need not be kept.
    ///
    /// - Parameter gradient: the recomputation waits for it.
    func rematerialized(_ index: Int, after gradient: Tensor) -> Tensor {
        let value = node.inputs[index]
        guard lowering.isBFloat16(value), let producer = lowering.producer(of: value), producer.outputs[0] == value,
            let operation = producer.operation as? any LoweredOperation,
            let again = operation.rematerialize(LoweringStep(node: producer, lowering: lowering), after: gradient)
        else { return operand(index) }
        return again
    }
    /// A kept value behind an optimization barrier that waits for a gradient.
    ///
    /// Without the barrier the compiler would recognize the recomputation, merge it with the forward pass and keep its
    /// result.
    func barrier(_ value: Value, after gradient: Tensor) -> Tensor {
        Tensor.opaque([lowering.keptBlock(value), gradient])[0]
    }
    /// An input's shape in this bucket.
    func shape(_ index: Int) -> [Int] { lowering.shape(of: node.inputs[index].type) }

    /// A matmul in the configured precision with a float32 result; see `Tensor.dot`.
    ///
    /// - Parameter rounded: whether the result may be stored as bfloat16.
    func dot(
        _ left: Tensor,
        _ right: Tensor,
        contracting: [(Int, Int)],
        batch: [(Int, Int)] = [],
        rounded: Bool = false
    ) -> Tensor {
        guard lowering.options.precision == .bfloat16 else {
            return left.dot(right, contracting: contracting, batch: batch, to: .f32, highest: true)
        }
        let (a, b) = (left.convert(.bf16), right.convert(.bf16))
        guard lowering.options.multipliesBFloat16 else {
            return a.convert(.f32).dot(b.convert(.f32), contracting: contracting, batch: batch, to: .f32, highest: true)
        }
        let result: ProgramElement = rounded ? .bf16 : .f32
        return a.dot(b, contracting: contracting, batch: batch, to: result, highest: false).convert(.f32)
    }

    /// Which rows of a dimension are not padding, i1 [rows]; `nil` if none is.
    func validity(_ dimension: Dimension) -> Tensor? { lowering.validity(of: dimension) }

    /// A tensor after a dropout whose random inputs begin at `first`.
    func dropping(_ x: Tensor, _ carried: RowDropout, first: Int) -> Tensor {
        let rows = Array(x.shape.dropLast()) + [1]
        let coordinates = RowCoordinates(
            key: (input(first).bits(as: .ui32), input(first + 1).bits(as: .ui32)),
            examples: input(first + 2).bits(as: .ui32).reshape(rows),
            positions: carried.hasPositions
                ? input(first + 3).bits(as: .ui32).reshape(rows) : writer.constant(UInt32(0), rows)
        )
        let (last, width) = (x.rank - 1, x.shape[x.rank - 1])
        let mask = lowering.mask(carried.dropout.stream) { carried.dropout.packedMask(coordinates, width: width) }
        let keeps = mask.unpacked(byProducts: lowering.options.movesColumnsByProducts)
        return carried.dropout.applied(to: x, keeps: keeps.slice(0..<width, along: last))
    }
}
