/// Sum of word, position and type embeddings, layer norm, dropout.
///
/// Inputs: word [vocabulary, width], position [positions, width], type [types, width], tokens, positions and types
/// int32 [tokens], gamma [width], beta [width], random rows if `dropout`.
package struct Embed: Operation {
    package let epsilon: Float
    package let dropout: RowDropout?
    package let mnemonic = "embed"
    package let outputNames = ["output", "normalized", "deviation"]

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        let rows = inputs[3].shape[0]
        let width = inputs[0].shape[1]
        precondition(inputs[1].shape[1] == width && inputs[2].shape[1] == width, "embedding tables differ in width")
        precondition(inputs[6].shape == [width] && inputs[7].shape == [width], "layer norm of another width")
        precondition(inputs[3...5].allSatisfy { $0 == TensorType(.int32, [rows]) }, "indices are int32 [tokens]")
        let full = TensorType(.float32, [rows, width])
        return [full, full, TensorType(.float32, [rows])]
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        let rows = inputs[3].values.count
        let width = inputs[0].columns
        var sum = Reference(zeros: [rows, width])
        for row in 0..<rows {
            for column in 0..<width {
                sum[row, column] = (0..<3).reduce(0) { $0 + inputs[$1][inputs[$1 + 3].integer(row), column] }
            }
        }
        let norm = LayerNorm.forward(sum, gamma: inputs[6], beta: inputs[7], epsilon: Double(epsilon))
        var output = norm.output
        if let dropout {
            let multipliers = dropout.multipliers(inputs[8...], rows: rows, width: width)
            for index in output.values.indices { output.values[index] *= multipliers[index] }
        }
        return [output, norm.normalized, norm.deviation]
    }

    package func gradients(of node: Node, from outputs: [Value?], in graph: inout Graph) -> [Value?] {
        guard let arriving = outputs[0] else { return node.inputs.map { _ in nil } }
        let tables = (0..<3).map { node.inputs[$0].shape }
        let operation = EmbedGradient(tables: tables, dropout: dropout)
        let inputs = [arriving, node["normalized"], node["deviation"], node.inputs[6]] + node.inputs[3...5]
        let gradient = graph.apply(operation, to: inputs + node.inputs[8...]).outputs
        return gradient[0...2].map { $0 } + [nil, nil, nil, gradient[3], gradient[4]]
            + node.inputs[8...].map { _ in nil }
    }
}

/// Gradients of `Embed`'s tables and layer norm; the tables' gradients are dense.
///
/// Inputs: gradient [tokens, width], normalized, deviation, gamma, tokens, positions, types, random rows if `dropout`.
package struct EmbedGradient: Operation {
    package let tables: [[Dimension]]
    package let dropout: RowDropout?
    package let mnemonic = "embedGradient"
    package let outputNames = ["word", "position", "type", "gamma", "beta"]

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        tables.map { TensorType(.float32, $0) } + [inputs[3], inputs[3]]
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        var arriving = inputs[0]
        if let dropout {
            let multipliers = dropout.multipliers(inputs[7...], rows: arriving.rows, width: arriving.columns)
            for index in arriving.values.indices { arriving.values[index] *= multipliers[index] }
        }
        let norm = LayerNorm.backward(arriving, normalized: inputs[1], deviation: inputs[2], gamma: inputs[3])
        let scattered = tables.indices.map { table in
            var gradient = Reference(zeros: tables[table].map(\.fixed))
            for row in 0..<norm.input.rows {
                for column in 0..<norm.input.columns {
                    gradient[inputs[4 + table].integer(row), column] += norm.input[row, column]
                }
            }
            return gradient
        }
        return scattered + [norm.gamma, norm.beta]
    }
}

extension Graph {
    /// Embeds packed tokens: word + position + type, layer norm, dropout.
    ///
    /// - Parameters:
    ///   - tokens, positions, types: int32 [tokens], rows of the three tables.
    ///   - epsilon: added to the variance.
    ///   - rows: random coordinates of dropout; `nil` for an evaluation graph, which has none.
    /// - Returns: float32 [tokens, width].
    package mutating func embed(
        tokens: Value,
        positions: Value,
        types: Value,
        wordTable: Value,
        positionTable: Value,
        typeTable: Value,
        gamma: Value,
        beta: Value,
        epsilon: Float = 1e-12,
        dropoutRate: Float = 0,
        rows: RandomRows? = nil
    ) -> Value {
        let dropout = rowDropout(dropoutRate, rows)
        let inputs = [wordTable, positionTable, typeTable, tokens, positions, types, gamma, beta]
        let random = dropout == nil ? [] : rows?.values ?? []
        return apply(Embed(epsilon: epsilon, dropout: dropout), to: inputs + random).outputs[0]
    }
}
