import PodiumGraph

extension GatherRows: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] { [step.input(0).gather(step.input(1))] }

    func indices(of node: Node) -> [IndexInput] { [IndexInput(value: node.inputs[1], bound: node.inputs[0].shape[0])] }
}

extension ScatterRows: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        [step.input(0).scatter(step.input(1), rows: step.shape(2)[0])]
    }
}

extension SequenceEnds: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] { [step.lowering.packed(end == .first ? .firstTokens : .lastTokens)] }

    func packing(of node: Node) -> (offsets: Value, tokens: Dimension?)? { (node.inputs[0], nil) }
}

extension TokenCoordinates: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        let positions = step.lowering.packed(.positions)
        let flat = [positions.shape[0] * positions.shape[1]]
        guard hasExamples else { return [positions.reshape(flat)] }
        let segments = step.lowering.packed(.segments).reshape(flat)
        return [positions.reshape(flat), step.input(1).gather(segments)]
    }

    func packing(of node: Node) -> (offsets: Value, tokens: Dimension?)? { (node.inputs[0], tokens) }
}

extension Concatenate: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        [Tensor.concatenate(step.node.inputs.indices.map { step.input($0) }, along: 1)]
    }
}

extension SliceColumns: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] { [step.input(0).slice(columns, along: 1)] }
}

extension Constant: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] { [step.writer.constant(value)] }
}

extension Add: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] { [step.block(0) + step.block(1)] }
}

extension RematerializationBarrier: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        [step.barrier(step.node.inputs[0], after: step.operand(1)).convert(.f32)]
    }
}

extension Scale: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] { [step.block(0) * factor] }
}
