import PodiumGraph

extension Embed: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        let rows = (0..<3).map { step.input($0).gather(step.input($0 + 3)) }
        let norm = LoweredNorm.forward(
            rows[0] + rows[1] + rows[2],
            gamma: step.input(6),
            beta: step.input(7),
            epsilon: epsilon
        )
        guard let dropout else { return norm }
        let kept = step.keeps(dropout, first: 8, rows: norm[0].shape[0], width: norm[0].shape[1])
        return [dropout.dropout.applied(to: norm[0], keeps: kept), norm[1], norm[2]]
    }

    func indices(of node: Node) -> [IndexInput] {
        (0..<3).map { IndexInput(value: node.inputs[$0 + 3], bound: node.inputs[$0].shape[0]) }
    }
}

extension EmbedGradient: LoweredOperation {
    /// Tables of so few rows get their gradient by a product with one-hot rows, which accelerators do faster than
    /// adding up rows one by one.
    private static let mostProductRows = 1024

    func lower(_ step: LoweringStep) -> [Tensor] {
        var arriving = step.input(0)
        if let dropout {
            let kept = step.keeps(dropout, first: 7, rows: arriving.shape[0], width: arriving.shape[1])
            arriving = dropout.dropout.applied(to: arriving, keeps: kept)
        }
        let norm = LoweredNorm.backward(
            arriving,
            normalized: step.input(1),
            deviation: step.input(2),
            gamma: step.input(3)
        )
        let gradients = tables.indices.map { table in
            let (rows, indices) = (tables[table][0].fixed, step.input(4 + table))
            guard rows <= EmbedGradient.mostProductRows else { return norm.input.scatter(indices, rows: rows) }
            let numbers = step.writer.iota(.i32, [1, rows], along: 1)
            let chosen = indices.expanded(1).compare(.equal, numbers).convert(.f32)
            return step.dot(chosen, norm.input, contracting: (0, 0))
        }
        return gradients + [norm.gamma, norm.beta]
    }
}
