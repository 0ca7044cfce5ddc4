import PodiumGraph

/// The tensors that attention and its gradient share.
///
/// Rows of sequences are attended to as a whole; what a token may not see is masked.
private struct AttentionTensors {
    let heads: Int
    let mask: Attention.Mask
    let dropout: Dropout?
    let step: LoweringStep
    /// q, k and v, [rows, width, heads · headWidth].
    let projections: [Tensor]
    /// Index of the first random input among the node's.
    let random: Int
    let rows: Int
    let width: Int

    /// - Parameter first: index of the first projection among the node's inputs.
    init(_ operation: Attention, _ step: LoweringStep, first: Int) {
        self.init(
            (0..<operation.projections).map { step.operand(first + $0) },
            heads: operation.heads,
            mask: operation.mask,
            dropout: operation.dropout,
            step,
            random: first + operation.projections + 1
        )
    }

    /// - Parameter projections: q, k and v, or one tensor that holds them side by side.
    init(
        _ projections: [Tensor],
        heads: Int,
        mask: Attention.Mask,
        dropout: Dropout?,
        _ step: LoweringStep,
        random: Int
    ) {
        guard let packing = step.lowering.shape.packing else { preconditionFailure("attention needs packed sequences") }
        (rows, width) = (packing.rows, packing.width)
        (self.heads, self.mask, self.dropout, self.step, self.random) = (heads, mask, dropout, step, random)
        let all = projections[0]
        let size = all.shape[all.rank - 1] / 3
        self.projections =
            projections.count > 1
            ? projections : (0..<3).map { all.slice($0 * size..<($0 + 1) * size, along: all.rank - 1) }
    }

    var headWidth: Int { projections[0].shape[projections[0].rank - 1] / heads }
    var scale: Float { 1 / Float(headWidth).squareRoot() }

    /// Queries ÷ √headWidth.
    var scaledQueries: Tensor { projection(0).convert(.f32) * scale }

    /// Query (0), key (1) or value (2), [rows, width, heads, headWidth].
    func projection(_ part: Int) -> Tensor { split(projections[part]) }

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
    func firstTokens(of x: Tensor) -> Tensor {
        x.reshape([rows * width, x.shape[x.rank - 1]]).gather(step.lowering.packed(.firstTokens))
    }

    /// Rows of sequences where their first tokens are, 0 for other tokens; what padding rows hold must be 0.
    func spread(_ x: Tensor) -> Tensor { x.scatter(step.lowering.packed(.firstTokens), rows: rows * width) }

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
        guard mask == .causal else { return same }
        return same & positions.reshape(keys).compare(.lessOrEqual, positions.reshape(queries))
    }

    /// Which probabilities survive dropout, i1 [rows, heads, width, width]; `nil` without dropout.
    var keeps: Tensor? {
        guard let dropout else { return nil }
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
            ),
            step.lowering.options
        )
    }
}

extension AttentionTensors {
    /// The output [rows, width, heads · headWidth], and log-sum-exps of scores [tokens, heads].
    func attended() -> [Tensor] {
        let (q, k, v) = (scaledQueries, projection(1), projection(2))
        let scores = visible.select(scores(q, k), -1e30)
        let top = scores.max([3], keeping: true)
        let exponentials = (scores - top).exp
        let sum = exponentials.sum([3], keeping: true)
        var weights = exponentials / sum
        if let dropout, let keeps { weights = dropout.applied(to: weights, keeps: keeps) }
        let output = merged(weigh(weights, v, over: 3))
        let logSumExp = (sum.log + top).reshape([rows, heads, width]).transpose([0, 2, 1])
        return [output, logSumExp.reshape([rows * width, heads])]
    }

    /// Gradients of q, k and v, [rows, width, heads · headWidth].
    ///
    /// - Parameters:
    ///   - arriving: gradient of the output, [rows, width, heads · headWidth].
    ///   - mean: per token and head, the sum of gradient · output: that of probability · its gradient over keys.
    ///   - logSumExp: per token and head.
    func gradients(of arriving: Tensor, mean: Tensor, logSumExp: Tensor) -> [Tensor] {
        func perQuery(_ x: Tensor) -> Tensor { x.reshape([rows, width, heads]).transpose([0, 2, 1]).expanded(3) }
        let (q, k, v, arriving) = (scaledQueries, projection(1), projection(2), split(arriving))
        let scores = visible.select(self.scores(q, k), -1e30)
        let probabilities = (scores - perQuery(logSumExp)).exp
        var upstream = self.scores(arriving, v)
        var weights = probabilities
        if let dropout, let keeps {
            upstream = dropout.applied(to: upstream, keeps: keeps)
            weights = dropout.applied(to: weights, keeps: keeps)
        }
        let slope = probabilities * (upstream - perQuery(mean))
        return [
            merged(weigh(slope, k, over: 3)) * scale,
            merged(weigh(slope, q, over: 2)),
            merged(weigh(weights, arriving, over: 2)),
        ]
    }

    /// Per row and head, the sum of x · y, [rows of x, heads].
    func perHead(_ product: Tensor) -> Tensor {
        product.reshape(Array(product.shape.dropLast()) + [heads, headWidth]).sum([product.rank])
    }
}

extension Attention: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] { AttentionTensors(self, step, first: 0).attended() }

    func packing(of node: Node) -> (offsets: Value, tokens: Dimension?)? {
        (node.inputs[projections], node.inputs[0].shape[0])
    }
}

extension AttentionGradient: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        let tensors = AttentionTensors(forward, step, first: 3)
        let mean = tensors.perHead(step.block(0) * step.block(1))
        let gradients = tensors.gradients(of: step.operand(0), mean: mean, logSumExp: step.input(2))
        return forward.isFused ? [Tensor.concatenate(gradients, along: 2)] : gradients
    }

    func packing(of node: Node) -> (offsets: Value, tokens: Dimension?)? {
        (node.inputs[3 + forward.projections], node.inputs[3].shape[0])
    }
}

extension ClassAttention: LoweredOperation {
    /// By way of all keys and values: what each head compares with rows would be as wide as all heads' rows for
    /// every token, since a program's shapes do not say where sequences begin.
    ///
    /// Yields the first two outputs; the gradient needs no others here.
    func lower(_ step: LoweringStep) -> [Tensor] {
        let tensors = tensors(step, first: 0)
        return tensors.attended().map { tensors.firstTokens(of: $0) }
    }

    /// What would be a value between two operations, as those are kept.
    fileprivate func rounded(_ x: Tensor, _ step: LoweringStep) -> Tensor {
        step.lowering.options.precision == .bfloat16 ? x.convert(.bf16) : x
    }

    /// - Parameter first: index of the operation's x among the node's inputs.
    fileprivate func tensors(_ step: LoweringStep, first: Int) -> AttentionTensors {
        let x = step.operand(first)
        // Written again for the gradient: the compiler recognizes it and keeps it.
        let projections = step.dot(x, step.operand(first + 1), contracting: [(x.rank - 1, 1)]) + step.input(first + 2)
        return AttentionTensors(
            [rounded(projections, step)],
            heads: heads,
            mask: .bidirectional,
            dropout: dropout,
            step,
            random: first + 4
        )
    }

    func packing(of node: Node) -> (offsets: Value, tokens: Dimension?)? { (node.inputs[3], node.inputs[0].shape[0]) }
}

extension ClassAttentionGradient: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        let tensors = forward.tensors(step, first: firstInput)
        // No other token asked: its probabilities are 0, and so is what it sends back.
        let gradients = tensors.gradients(
            of: tensors.spread(step.input(0)),
            mean: tensors.spread(tensors.perHead(step.input(0) * step.input(1))),
            logSumExp: tensors.spread(step.input(2), elsewhere: 1e30)
        )
        let projections = forward.rounded(Tensor.concatenate(gradients, along: 2), step)
        let (x, weight) = (step.operand(firstInput), step.operand(firstInput + 1))
        return [
            step.dot(projections, weight, contracting: [(2, 0)]),
            step.dot(projections, x, contracting: [(0, 0), (1, 1)]),
            projections.convert(.f32).columnSums,
        ]
    }

    func packing(of node: Node) -> (offsets: Value, tokens: Dimension?)? {
        (node.inputs[firstInput + 3], node.inputs[firstInput].shape[0])
    }
}
