/// Sum of embeddings from one or more tables, layer norm, dropout.
///
/// Inputs: the tables [entries, width] (word, position and type), as many row numbers int32 [tokens], gamma [width],
/// beta [width], random rows if `dropout`.
package struct Embed: Operation {
    /// Number of tables.
    package let tables: Int
    package let epsilon: Float
    package let dropout: RowDropout?
    package let mnemonic = "embed"
    package let outputNames = ["output", "normalized", "deviation"]

    /// Index of gamma among the inputs; beta and the random rows follow.
    package var gammaIndex: Int { 2 * tables }
    /// Index of the first random row among the inputs.
    package var firstRandom: Int { gammaIndex + 2 }

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        let rows = inputs[tables].shape[0]
        let width = inputs[0].shape[1]
        precondition(inputs[..<tables].allSatisfy { $0.shape[1] == width }, "embedding tables differ in width")
        precondition(
            inputs[gammaIndex..<firstRandom].allSatisfy { $0.shape == [width] },
            "layer norm of another width"
        )
        precondition(
            inputs[tables..<gammaIndex].allSatisfy { $0 == TensorType(.int32, [rows]) },
            "indices are int32 [tokens]"
        )
        let full = TensorType(.float32, [rows, width])
        return [full, full, TensorType(.float32, [rows])]
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        let rows = inputs[tables].values.count
        let width = inputs[0].columns
        var sum = Reference(zeros: [rows, width])
        for row in 0..<rows {
            for column in 0..<width {
                sum[row, column] = (0..<tables).reduce(0) {
                    $0 + inputs[$1][inputs[$1 + tables].integer(row), column]
                }
            }
        }
        let (gamma, beta) = (inputs[gammaIndex], inputs[gammaIndex + 1])
        let norm = LayerNorm.forward(sum, gamma: gamma, beta: beta, epsilon: Double(epsilon))
        var output = norm.output
        if let dropout {
            let multipliers = dropout.multipliers(inputs[firstRandom...], rows: rows, width: width)
            for index in output.values.indices { output.values[index] *= multipliers[index] }
        }
        return [output, norm.normalized, norm.deviation]
    }

    package func gradients(of node: Node, from outputs: [Value?], in graph: inout Graph) -> [Value?] {
        guard let arriving = outputs[0] else { return node.inputs.map { _ in nil } }
        let operation = EmbedGradient(tables: node.inputs[..<tables].map(\.shape), dropout: dropout)
        let inputs = [arriving, node["normalized"], node["deviation"], node.inputs[gammaIndex]]
        let gradient = graph.apply(
            operation,
            to: inputs + node.inputs[tables..<gammaIndex] + node.inputs[firstRandom...]
        ).outputs
        return gradient[..<tables].map { $0 } + node.inputs[tables..<gammaIndex].map { _ in nil }
            + [gradient[tables], gradient[tables + 1]] + node.inputs[firstRandom...].map { _ in nil }
    }
}

/// Gradients of `Embed`'s tables and layer norm; the tables' gradients are dense.
///
/// Inputs: gradient [tokens, width], normalized, deviation, gamma, the row numbers, random rows if `dropout`.
package struct EmbedGradient: Operation {
    package let tables: [[Dimension]]
    package let dropout: RowDropout?
    package let mnemonic = "embedGradient"
    package var outputNames: [String] { tables.indices.map { "table\($0)" } + ["gamma", "beta"] }
    /// Index of the first random row among the inputs.
    package var firstRandom: Int { 4 + tables.count }

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        tables.map { TensorType(.float32, $0) } + [inputs[3], inputs[3]]
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        var arriving = inputs[0]
        if let dropout {
            let multipliers = dropout.multipliers(inputs[firstRandom...], rows: arriving.rows, width: arriving.columns)
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
        embed(
            [(wordTable, tokens), (positionTable, positions), (typeTable, types)],
            gamma: gamma,
            beta: beta,
            epsilon: epsilon,
            dropoutRate: dropoutRate,
            rows: rows
        )
    }

    /// Sum of embeddings, layer norm, dropout.
    ///
    /// - Parameter embeddings: tables float32 [entries, width], each with its row numbers int32 [tokens].
    /// - Returns: float32 [tokens, width].
    package mutating func embed(
        _ embeddings: [(table: Value, rows: Value)],
        gamma: Value,
        beta: Value,
        epsilon: Float = 1e-12,
        dropoutRate: Float = 0,
        rows: RandomRows? = nil
    ) -> Value {
        let dropout = rowDropout(dropoutRate, rows)
        let inputs = embeddings.map(\.table) + embeddings.map(\.rows) + [gamma, beta]
        let random = dropout == nil ? [] : rows?.values ?? []
        let operation = Embed(tables: embeddings.count, epsilon: epsilon, dropout: dropout)
        return apply(operation, to: inputs + random).outputs[0]
    }
}
