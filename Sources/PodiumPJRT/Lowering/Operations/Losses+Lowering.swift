import PodiumGraph

extension SoftmaxCrossEntropy: LoweredOperation {
    var isLoss: Bool { true }

    func lower(_ step: LoweringStep) -> [Tensor] {
        let (logits, labels) = (step.input(0), step.input(1))
        let rows = logits.shape[0]
        var counted = labels.compare(.greaterOrEqual, 0)
        if let valid = step.validity(step.node.inputs[0].shape[0]) { counted = counted & valid }
        let weights = average == .weighted ? counted.select(step.input(2), 0) : counted.convert(.f32)
        let total = step.input(denominatorIndex)
        let share = average == .weighted ? weights / (total + Float(Self.weightEpsilon)) : weights / total.maximum(1)
        let top = logits.max([1], keeping: true)
        let logSumExp = (logits - top).exp.rowSums.log + top
        let chosen = SoftmaxCrossEntropy.chosen(logits, labels).select(logits, 0).rowSums
        let loss = share * (logSumExp - chosen).reshape([rows])
        return [loss.total, logSumExp.reshape([rows]), share]
    }

    func indices(of node: Node) -> [IndexInput] {
        [IndexInput(value: node.inputs[1], bound: node.inputs[0].shape[1], allowsNone: true)]
    }

    /// Where a row's label is the column, i1 [rows, classes].
    static func chosen(_ logits: Tensor, _ labels: Tensor) -> Tensor {
        labels.expanded(1).compare(.equal, logits.writer.iota(.i32, [1, logits.shape[1]], along: 1))
    }
}

extension SoftmaxCrossEntropyGradient: LoweredOperation {
    var isLoss: Bool { true }

    func lower(_ step: LoweringStep) -> [Tensor] {
        let (logits, logSumExp) = (step.input(1), step.input(3).expanded(1))
        let share = (step.input(4) * step.input(0)).expanded(1)
        let chosen = SoftmaxCrossEntropy.chosen(logits, step.input(2)).convert(.f32)
        return [share * ((logits - logSumExp).exp - chosen)]
    }
}

extension SquaredError: LoweredOperation {
    var isLoss: Bool { true }

    func lower(_ step: LoweringStep) -> [Tensor] {
        let difference = SquaredError.difference(step, first: 0)
        return [(difference * difference).total / step.input(2).maximum(1)]
    }

    /// Prediction − target, [rows, 1], 0 where there is no row.
    static func difference(_ step: LoweringStep, first: Int) -> Tensor {
        let difference = step.input(first) - step.input(first + 1).expanded(1)
        guard let valid = step.validity(step.node.inputs[first].shape[0]) else { return difference }
        return valid.expanded(1).select(difference, 0)
    }
}

extension SquaredErrorGradient: LoweredOperation {
    var isLoss: Bool { true }

    func lower(_ step: LoweringStep) -> [Tensor] {
        let factor = step.input(0) * 2.0 / step.input(3).maximum(1)
        return [SquaredError.difference(step, first: 1) * factor]
    }
}
