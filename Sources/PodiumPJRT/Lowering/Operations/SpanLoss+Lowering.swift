import PodiumGraph

/// The tensors that a span loss and its gradient work on; shapes are [sequences, tokens] for one side (start or end).
private struct SpanTensors {
    let step: LoweringStep
    /// int32 [1, tokens].
    let segments: Tensor
    let positions: Tensor
    let sequences: Int
    /// Which tokens belong to which sequence.
    let members: Tensor

    init(_ step: LoweringStep, offsets: Value) {
        self.step = step
        let segments = step.lowering.packed(.segments)
        let tokens = segments.shape[0] * segments.shape[1]
        self.segments = segments.reshape([1, tokens])
        positions = step.lowering.packed(.positions).reshape([1, tokens])
        sequences = (offsets.shape[0] + -1).size(in: step.lowering.shape.sizes)
        members = step.writer.iota(.i32, [sequences, 1], along: 0).compare(.equal, self.segments)
    }

    /// One side's logits, [1, tokens].
    func side(_ logits: Tensor, _ side: Int) -> Tensor {
        logits.slice(side..<side + 1, along: 1).reshape([1, logits.shape[0]])
    }

    /// Where a sequence has its target, and which sequences have theirs inside, i1 [sequences, 1].
    func targets(_ wanted: Tensor) -> (tokens: Tensor, inside: Tensor) {
        let tokens = members & wanted.expanded(1).compare(.equal, positions)
        return (tokens, tokens.convert(.i32).sum([1], keeping: true).compare(.equal, 1))
    }

    /// The same, with the first token where the target lies outside.
    func targetsOrFirst(_ wanted: Tensor) -> Tensor {
        let (tokens, inside) = targets(wanted)
        return inside.select(tokens, members & positions.compare(.equal, 0))
    }
}

extension SpanCrossEntropy: LoweredOperation {
    var isLoss: Bool { true }

    func lower(_ step: LoweringStep) -> [Tensor] {
        let spans = SpanTensors(step, offsets: step.node.inputs[1])
        var loss = step.writer.constant(Float(0))
        var (logSumExps, shares): ([Tensor], [Tensor]) = ([], [])
        let valid = step.validity(step.node.inputs[2].shape[0])?.expanded(1)
        for side in 0..<2 {
            let logits = spans.side(step.input(0), side)
            let (_, inside) = spans.targets(step.input(2 + side))
            let counted = outside == .ignored ? inside : valid ?? inside.compare(.equal, inside)
            let weights = counted.convert(.f32)
            let share = weights * 0.5 / step.input(4).slice(side..<side + 1, along: 0).reshape([]).maximum(1)
            let top = spans.members.select(logits, -Float.infinity).max([1], keeping: true).maximum(-1e30)
            let sum = spans.members.select((logits - top).exp, 0).rowSums
            // A sequence of padding has no tokens; its sum becomes 1 so that nothing is infinite.
            let logSumExp = sum.compare(.equal, step.writer.constant(Float(0))).select(
                top * 0.0,
                sum.maximum(1e-38).log + top
            )
            let chosen = spans.targetsOrFirst(step.input(2 + side)).select(logits, 0).rowSums
            loss = loss + (share * (logSumExp - chosen)).total
            logSumExps.append(logSumExp)
            shares.append(share)
        }
        return [
            loss, Tensor.concatenate(logSumExps, along: 1),
            Tensor.concatenate(shares, along: 1),
        ]
    }

    func packing(of node: Node) -> (offsets: Value, tokens: Dimension?)? {
        (node.inputs[1], node.inputs[0].shape[0])
    }
}

extension SpanCrossEntropyGradient: LoweredOperation {
    var isLoss: Bool { true }

    func lower(_ step: LoweringStep) -> [Tensor] {
        let spans = SpanTensors(step, offsets: step.node.inputs[2])
        let columns = (0..<2).map { side in
            let logits = spans.side(step.input(1), side)
            let logSumExp = step.input(5).slice(side..<side + 1, along: 1)
            let share = step.input(6).slice(side..<side + 1, along: 1) * step.input(0)
            let chosen = spans.targetsOrFirst(step.input(3 + side)).convert(.f32)
            let terms = share * (spans.members.select(logits - logSumExp, -1e30).exp - chosen)
            return terms.sum([0]).expanded(1)
        }
        return [Tensor.concatenate(columns, along: 1)]
    }

    func packing(of node: Node) -> (offsets: Value, tokens: Dimension?)? {
        (node.inputs[2], node.inputs[1].shape[0])
    }
}

extension TermCount: LoweredOperation {
    var isLoss: Bool { true }

    func lower(_ step: LoweringStep) -> [Tensor] {
        switch terms {
        case .labels, .weights:
            var counted = step.input(0).compare(.greaterOrEqual, 0)
            if let valid = step.validity(step.node.inputs[0].shape[0]) { counted = counted & valid }
            return [(terms == .weights ? counted.select(step.input(1), 0) : counted.convert(.f32)).total]
        case .rows:
            let rows = step.node.inputs[0].shape[0]
            let count = step.validity(rows)?.convert(.f32).total
            return [count ?? step.writer.constant(Float(rows.size(in: step.lowering.shape.sizes)))]
        case .spans(let outside):
            let spans = SpanTensors(step, offsets: step.node.inputs[0])
            let valid = step.validity(step.node.inputs[1].shape[0])?.expanded(1)
            let counts = (0..<2).map { side in
                let (_, inside) = spans.targets(step.input(1 + side))
                let counted = outside == .ignored ? inside : valid ?? inside.compare(.equal, inside)
                return counted.convert(.f32).total.reshape([1])
            }
            return [Tensor.concatenate(counts, along: 0)]
        }
    }

    func packing(of node: Node) -> (offsets: Value, tokens: Dimension?)? {
        if case .spans = terms { (node.inputs[0], nil) } else { nil }
    }
}
