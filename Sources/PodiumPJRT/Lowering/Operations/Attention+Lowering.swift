import PodiumGraph

/// The tensors that attention and its gradient share.
///
/// Rows of sequences are attended to as a whole; what a token may
/// not see is masked.
private struct AttentionTensors {
    let operation: Attention
    let step: LoweringStep
    /// Index of the first projection among the node's inputs.
    let first: Int
    let rows: Int
    let width: Int
    let heads: Int
    let headWidth: Int

    init(_ operation: Attention, _ step: LoweringStep, first: Int) {
        guard let packing = step.lowering.shape.packing else { preconditionFailure("attention needs packed sequences") }
        self.operation = operation
        self.step = step
        self.first = first
        (rows, width, heads) = (packing.rows, packing.width, operation.heads)
        headWidth = step.shape(first)[1] / (operation.isFused ? 3 : 1) / operation.heads
    }

    var scale: Float { 1 / Float(headWidth).squareRoot() }

    /// Queries ÷ √headWidth.
    var scaledQueries: Tensor { projection(0).convert(.f32) * scale }

    /// Query (0), key (1) or value (2), [rows, width, heads, headWidth].
    func projection(_ part: Int) -> Tensor {
        let size = heads * headWidth
        guard operation.isFused else { return split(step.operand(first + part)) }
        let all = step.operand(first)
        return split(all.slice(part * size..<(part + 1) * size, along: all.rank - 1))
    }

    /// [rows, width, width of all heads] as [rows, width, heads, headWidth].
    func split(_ flat: Tensor) -> Tensor { flat.reshape([rows, width, heads, headWidth]) }

    /// [rows, heads, width, headWidth] as [rows, width, width of all heads].
    func merged(_ x: Tensor) -> Tensor { x.transpose([0, 2, 1, 3]).reshape([rows, width, heads * headWidth]) }

    /// a · bᵀ per row and head, of [rows, width, heads, headWidth]: [rows, heads, width, width].
    func scores(_ a: Tensor, _ b: Tensor) -> Tensor {
        step.dot(a, b, contracting: [(3, 3)], batch: [(0, 0), (2, 2)], rounded: true)
    }

    /// Weights [rows, heads, queries, keys] applied to [rows, width, heads, headWidth], summed over keys (3) or queries
    /// (2).
    func weigh(_ weights: Tensor, _ x: Tensor, over dimension: Int) -> Tensor {
        step.dot(weights, x, contracting: [(dimension, 1)], batch: [(0, 0), (1, 2)])
    }

    private var positions: Tensor { step.lowering.packed(.positions) }

    /// Rows of sequences' first tokens, of a tensor over tokens.
    func firsts(of x: Tensor) -> Tensor {
        x.reshape([rows * width, x.shape[x.rank - 1]]).gather(step.lowering.packed(.firsts))
    }

    /// Rows of sequences where their first tokens are, 0 for other tokens; what padding rows hold must be 0.
    func spread(_ x: Tensor) -> Tensor { x.scatter(step.lowering.packed(.firsts), rows: rows * width) }

    /// Rows of sequences where their first tokens are, another value for other tokens.
    func spread(_ x: Tensor, elsewhere value: Float) -> Tensor {
        let segments = step.lowering.packed(.segments).reshape([rows * width])
        let isFirst = positions.reshape([rows * width]).compare(.equal, 0) & segments.compare(.greaterOrEqual, 0)
        return isFirst.reshape([rows * width, 1]).select(x.gather(segments), value)
    }

    /// Which keys a query sees, i1 [rows, 1, width, width].
    var visible: Tensor {
        let segments = step.lowering.packed(.segments)
        let (queries, keys) = ([rows, 1, width, 1], [rows, 1, 1, width])
        let same = segments.reshape(queries).compare(.equal, segments.reshape(keys))
        guard operation.mask == .causal else { return same }
        return same & positions.reshape(keys).compare(.lessOrEqual, positions.reshape(queries))
    }

    /// Which probabilities survive dropout, i1 [rows, heads, width, width]; `nil` without dropout.
    var keeps: Tensor? {
        guard let dropout = operation.dropout else { return nil }
        let random = first + operation.projections + 1
        let key = (step.input(random).bits(as: .ui32), step.input(random + 1).bits(as: .ui32))
        let segments = step.lowering.packed(.segments).reshape([rows * width])
        let example = step.input(random + 2).gather(segments).bits(as: .ui32)
        return dropout.keeps(
            AttentionCoordinates(
                key: key,
                examples: example.reshape([rows, 1, width, 1]),
                positions: positions.bits(as: .ui32),
                heads: heads,
                isAligned: (step.lowering.shape.packing?.alignment ?? 1) % 64 == 0
            )
        )
    }
}

extension Attention: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        let tensors = AttentionTensors(self, step, first: 0)
        let (q, k, v) = (tensors.scaledQueries, tensors.projection(1), tensors.projection(2))
        let scores = tensors.visible.select(tensors.scores(q, k), -1e30)
        let top = scores.max([3], keeping: true)
        let exponentials = (scores - top).exp
        let sum = exponentials.sum([3], keeping: true)
        var weights = exponentials / sum
        if let dropout, let keeps = tensors.keeps { weights = dropout.applied(to: weights, keeps: keeps) }
        let output = tensors.merged(tensors.weigh(weights, v, over: 3))
        let logSumExp = (sum.log + top).reshape([tensors.rows, heads, tensors.width]).transpose([0, 2, 1])
        let results = [output, logSumExp.reshape([tensors.rows * tensors.width, heads])]
        // All are computed on the way: a program's shapes do not say which columns are first tokens.
        return queries == .all ? results : results.map { tensors.firsts(of: $0) }
    }

    func packing(of node: Node) -> (offsets: Value, tokens: Dimension?)? {
        (node.inputs[projections], node.inputs[0].shape[0])
    }
}

extension AttentionGradient: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        let tensors = AttentionTensors(forward, step, first: 3)
        let (rows, width, heads) = (tensors.rows, tensors.width, tensors.heads)
        let (q, k, v) = (tensors.scaledQueries, tensors.projection(1), tensors.projection(2))
        func perQuery(_ x: Tensor) -> Tensor { x.reshape([rows, width, heads]).transpose([0, 2, 1]).expanded(3) }
        // Σ probability · upstream over keys is Σ gradient · output over the head's columns.
        let arriving: Tensor
        let mean: Tensor
        let logSumExp: Tensor
        switch forward.queries {
        case .all:
            arriving = tensors.split(step.operand(0))
            mean = (arriving.convert(.f32) * tensors.split(step.block(1))).sum([3])
            logSumExp = step.input(2)
        case .firsts:
            // No other token asked: its probabilities are 0, and so is what it sends back.
            let product = step.input(0) * step.input(1)
            arriving = tensors.split(tensors.spread(step.input(0)))
            mean = tensors.spread(product.reshape([product.shape[0], heads, tensors.headWidth]).sum([2]))
            logSumExp = tensors.spread(step.input(2), elsewhere: 1e30)
        }
        let scores = tensors.visible.select(tensors.scores(q, k), -1e30)
        let probabilities = (scores - perQuery(logSumExp)).exp
        var upstream = tensors.scores(arriving, v)
        var weights = probabilities
        if let dropout = forward.dropout, let keeps = tensors.keeps {
            upstream = dropout.applied(to: upstream, keeps: keeps)
            weights = dropout.applied(to: weights, keeps: keeps)
        }
        let slope = probabilities * (upstream - perQuery(mean))
        let gradients = [
            tensors.merged(tensors.weigh(slope, k, over: 3)) * tensors.scale,
            tensors.merged(tensors.weigh(slope, q, over: 2)),
            tensors.merged(tensors.weigh(weights, arriving, over: 2)),
        ]
        return forward.isFused ? [Tensor.concatenate(gradients, along: 2)] : gradients
    }

    func packing(of node: Node) -> (offsets: Value, tokens: Dimension?)? {
        (node.inputs[3 + forward.projections], node.inputs[3].shape[0])
    }
}
