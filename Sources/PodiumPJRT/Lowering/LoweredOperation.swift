import PodiumGraph

/// What the lowering adds to an operation: how it is written in StableHLO.
protocol LoweredOperation: Operation {
    /// Writes the node's outputs, in the order of `outputNames`.
    func lower(_ step: LoweringStep) -> [Tensor]

    /// Which input says where packed sequences begin, and the dimension of the tokens that it divides, if known here.
    func packing(of node: Node) -> (offsets: Value, tokens: Dimension?)?

    /// Inputs that hold indices, and how many things they number.
    func indices(of node: Node) -> [IndexInput]

    /// Inputs which must be sums over all replicas: gradients of parameters.
    func reduced(of node: Node) -> [Value]

    /// Writes the first output once more, from outputs that are kept for the gradient; `nil` if that takes much.
    ///
    /// - Parameter gradient: it is written to wait for this.
    func rebuild(_ step: LoweringStep, after gradient: Tensor) -> Tensor?

    /// Whether the operation is a loss or its gradient, whose operands stay float32 in any precision.
    var isLoss: Bool { get }
}

extension LoweredOperation {
    func packing(of node: Node) -> (offsets: Value, tokens: Dimension?)? { nil }
    func indices(of node: Node) -> [IndexInput] { [] }
    func reduced(of node: Node) -> [Value] { [] }
    func rebuild(_ step: LoweringStep, after gradient: Tensor) -> Tensor? { nil }
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
    /// An input as it is kept, perhaps bfloat16: for products.
    func operand(_ index: Int) -> Tensor { lowering.keptBlock(node.inputs[index]) }
    /// An input, float32; of [tokens, columns] as [rows, width, columns].
    ///
    /// Whatever works on such tensors should leave packed rows apart: put together, they would have to be moved in memory
    /// before attention takes them apart.
    func block(_ index: Int) -> Tensor { operand(index).convert(.f32) }
    /// An input that the forward pass made, as an operand of the backward one: made again from what is kept anyway where
    /// that is cheap, so that it need not be kept itself.
    ///
    /// - Parameter gradient: it is made again when this is there.
    func rebuilt(_ index: Int, after gradient: Tensor) -> Tensor {
        let value = node.inputs[index]
        guard lowering.isNarrow(value), let maker = lowering.maker(of: value), maker.outputs[0] == value,
            let operation = maker.operation as? any LoweredOperation,
            let again = operation.rebuild(LoweringStep(node: maker, lowering: lowering), after: gradient)
        else { return operand(index) }
        return again
    }
    /// A value that was kept, taken up when a gradient is there.
    ///
    /// To the compiler it is a new one, or it would see that what is made from it was made before, and keep that.
    func recalled(_ value: Value, after gradient: Tensor) -> Tensor {
        Tensor.opaque([lowering.keptBlock(value), gradient])[0]
    }
    /// An input's shape in this bucket.
    func shape(_ index: Int) -> [Int] { lowering.shape(of: node.inputs[index].type) }

    /// A product in the precision that was asked for, float32; see `Tensor.dot`.
    ///
    /// - Parameter rounded: whether the result may be rounded to bfloat16 on its way to memory.
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
        guard lowering.options.hasNarrowProducts else {
            return a.convert(.f32).dot(b.convert(.f32), contracting: contracting, batch: batch, to: .f32, highest: true)
        }
        let result: ProgramElement = rounded ? .bf16 : .f32
        return a.dot(b, contracting: contracting, batch: batch, to: result, highest: false).convert(.f32)
    }

    /// Which rows of a dimension are there at all, i1 [rows]; `nil` if all are.
    func validity(_ dimension: Dimension) -> Tensor? { lowering.validity(of: dimension) }

    /// What a mean divides by: a scalar's sum over all replicas, or this one's where each has a mean of its own.
    func denominator(_ scalar: Tensor) -> Tensor {
        lowering.options.clipsApart ? scalar : lowering.sumOverReplicas([scalar])[0]
    }

    /// The scalar that is reported for all replicas: the sum of their shares, or the mean where each has one of its own.
    func reported(_ scalar: Tensor) -> Tensor {
        let sum = lowering.sumOverReplicas([scalar])[0]
        return lowering.options.clipsApart ? sum / Float(lowering.options.replicas) : sum
    }

    /// Number of rows of a dimension that a mean is taken over, float32 scalar; at least 1.
    func count(_ dimension: Dimension) -> Tensor {
        let size = dimension.size(in: lowering.shape.sizes)
        let here = validity(dimension)?.convert(.f32).total ?? writer.constant(Float(size))
        return denominator(here).maximum(1)
    }

    /// A tensor without the elements that a dropout drops, which are 0; its random inputs begin at `first`.
    func dropping(_ x: Tensor, _ carried: RowDropout, first: Int) -> Tensor {
        let rows = Array(x.shape.dropLast()) + [1]
        let coordinates = RowCoordinates(
            key: (input(first).bits(as: .ui32), input(first + 1).bits(as: .ui32)),
            examples: input(first + 2).bits(as: .ui32).reshape(rows),
            positions: carried.hasPositions
                ? input(first + 3).bits(as: .ui32).reshape(rows) : writer.constant(UInt32(0), rows)
        )
        let (last, width) = (x.rank - 1, x.shape[x.rank - 1])
        let mask = lowering.mask(carried.dropout.site) { carried.dropout.packedMask(coordinates, width: width) }
        return carried.dropout.applied(to: x, keeps: mask.unpacked.slice(0..<width, along: last))
    }
}
