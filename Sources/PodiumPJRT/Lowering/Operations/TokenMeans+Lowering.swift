import PodiumGraph

/// Which tokens belong to which sequence, f32 [sequences, tokens], each divided by the sequence's length.
private func shares(_ step: LoweringStep, offsets: Value) -> Tensor {
    let segments = step.lowering.packed(.segments)
    let tokens = segments.shape[0] * segments.shape[1]
    let sequences = (offsets.shape[0] + -1).size(in: step.lowering.shape.sizes)
    let numbers = step.writer.iota(.i32, [sequences, 1], along: 0)
    let members = numbers.compare(.equal, segments.reshape([1, tokens])).convert(.f32)
    return members / members.rowSums.maximum(1)
}

extension SequenceMean: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        [step.dot(shares(step, offsets: step.node.inputs[1]), step.input(0), contracting: [(1, 0)])]
    }

    func packing(of node: Node) -> (offsets: Value, tokens: Dimension?)? { (node.inputs[1], node.inputs[0].shape[0]) }
}

extension SequenceMeanGradient: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        [step.dot(shares(step, offsets: step.node.inputs[1]), step.input(0), contracting: [(0, 0)])]
    }

    func packing(of node: Node) -> (offsets: Value, tokens: Dimension?)? { (node.inputs[1], tokens) }
}

extension WindowMean: LoweredOperation {
    /// A product with each packed row's band of weights, f32 [rows, width, width].
    func lower(_ step: LoweringStep) -> [Tensor] {
        let segments = step.lowering.packed(.segments)
        let (rows, width) = (segments.shape[0], segments.shape[1])
        let (own, other) = (segments.reshape([rows, width, 1]), segments.reshape([rows, 1, width]))
        let (from, to) = (step.writer.iota(.i32, [width, 1], along: 0), step.writer.iota(.i32, [1, width], along: 1))
        let distance = (from - to).maximum(to - from)
        let isNear = distance.compare(.greaterOrEqual, 1) & distance.compare(.lessOrEqual, radius)
        let isTogether = own.compare(.equal, other) & own.compare(.greaterOrEqual, 0)
        let band = (isTogether & isNear.spread(to: [rows, width, width])).convert(.f32)
        let weights = band / band.rowSums.maximum(1)
        return [step.dot(weights, step.block(0), contracting: [(isTransposed ? 1 : 2, 1)], batch: [(0, 0)])]
    }

    func packing(of node: Node) -> (offsets: Value, tokens: Dimension?)? { (node.inputs[1], node.inputs[0].shape[0]) }
}
