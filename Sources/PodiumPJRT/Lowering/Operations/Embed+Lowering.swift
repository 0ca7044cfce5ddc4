import PodiumGraph

extension Embed: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        let rows = (0..<tables).map { step.input($0).gather(step.input($0 + tables)) }
        let norm = LoweredNorm.forward(
            step.lowering.apart(rows.dropFirst().reduce(rows[0], +), of: step.node.outputs[0]),
            gamma: step.input(gammaIndex),
            beta: step.input(gammaIndex + 1),
            epsilon: epsilon
        )
        guard let dropout else { return norm }
        return [step.dropping(norm[0], dropout, first: firstRandom), norm[1], norm[2]]
    }

    func indices(of node: Node) -> [IndexInput] {
        (0..<tables).map { IndexInput(value: node.inputs[$0 + tables], bound: node.inputs[$0].shape[0]) }
    }
}

extension EmbedGradient: LoweredOperation {
    /// Tables of so few rows get their gradient by a product with one-hot rows, which accelerators do faster than
    /// adding up rows one by one.
    private static let mostProductRows = 1024

    func lower(_ step: LoweringStep) -> [Tensor] {
        var arriving = step.block(0)
        if let dropout { arriving = step.dropping(arriving, dropout, first: firstRandom) }
        let norm = LoweredNorm.backward(
            arriving,
            normalized: step.block(1),
            deviation: step.input(2),
            gamma: step.input(3)
        )
        let input = norm.input.reshape(step.shape(0))
        let gradients = tables.indices.map { table in
            let (rows, indices) = (tables[table][0].fixed, step.input(4 + table))
            guard rows <= EmbedGradient.mostProductRows else { return input.scatter(indices, rows: rows) }
            let numbers = step.writer.iota(.i32, [1, rows], along: 1)
            let chosen = indices.expanded(1).compare(.equal, numbers).convert(.f32)
            return step.dot(chosen, input, contracting: [(0, 0)])
        }
        return gradients + [norm.gamma, norm.beta]
    }
}
