import Foundation

/// Multi-head scaled dot-product attention within each packed sequence, with dropout on the probabilities.
///
/// Inputs: q, k, v, each [tokens, width], or one fused [tokens, 3·width] holding q | k | v; offsets int32
/// [sequences + 1]; if `dropout`: seed, step, examples int32 [sequences]. Kept for the gradient: each asking row's
/// log-sum-exp of scores, [rows, heads]; probabilities are recomputed from it.
package struct Attention: Operation {
    package enum Mask: Hashable, Sendable {
        /// Every token sees its whole sequence.
        case bidirectional
        /// A token sees itself and what is to its left.
        case causal
    }

    /// Which tokens ask; every token answers.
    package enum Queries: Hashable, Sendable {
        /// All of them: output rows are tokens.
        case all
        /// Each sequence's first, `[CLS]`: output rows are sequences. Of the others' q nothing is read.
        case firsts
    }

    package let heads: Int
    package let mask: Mask
    package let queries: Queries
    package let isFused: Bool
    package let dropout: Dropout?
    package let mnemonic = "attention"
    package let outputNames = ["output", "logSumExp"]

    /// Number of tensors that hold q, k and v.
    package var projections: Int { isFused ? 1 : 3 }

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        let tokens = inputs[0].shape[0]
        let width = inputs[0].shape[1].fixed / (isFused ? 3 : 1)
        precondition(width % heads == 0, "width \(width) is no multiple of \(heads) heads")
        precondition(isFused || (inputs[0] == inputs[1] && inputs[0] == inputs[2]), "q, k and v differ in shape")
        let rows = queries == .all ? tokens : inputs[projections].shape[0] + -1
        return [TensorType(.float32, [rows, Dimension(width)]), TensorType(.float32, [rows, Dimension(heads)])]
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        let view = AttentionView(self, inputs)
        var output = Reference(zeros: [view.rows, view.width])
        var logSumExp = Reference(zeros: [view.rows, heads])
        view.forEachRow { row in
            let scores = view.scores(row)
            let maximum = scores.reduce(-Double.infinity, max)
            let sum = scores.reduce(0) { $0 + exp($1 - maximum) }
            logSumExp[row.number, row.head] = maximum + log(sum)
            for (key, score) in scores.enumerated() {
                let probability = exp(score - maximum) / sum * view.multiplier(row, key)
                for column in 0..<view.headWidth {
                    output[row.number, row.head * view.headWidth + column] += probability * view.v(row, key, column)
                }
            }
        }
        return [output, logSumExp]
    }

    package func gradients(of node: Node, from outputs: [Value?], in graph: inout Graph) -> [Value?] {
        guard let arriving = outputs[0] else { return node.inputs.map { _ in nil } }
        let gradient = graph.apply(
            AttentionGradient(forward: self),
            to: [arriving, node["output"], node["logSumExp"]] + node.inputs
        )
        return gradient.outputs.map { $0 } + node.inputs[projections...].map { _ in nil }
    }
}

/// Gradients of `Attention`'s q, k and v, fused or apart as its inputs are.
///
/// Inputs: gradient [rows, width], the attention's output and logSumExp, then the attention's inputs. The gradient of a
/// q that asked nothing is 0.
package struct AttentionGradient: Operation {
    package let forward: Attention
    package let mnemonic = "attentionGradient"
    package var outputNames: [String] { forward.isFused ? ["qkv"] : ["q", "k", "v"] }

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] { Array(inputs[3..<3 + forward.projections]) }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        let arriving = inputs[0]
        let view = AttentionView(forward, Array(inputs[3...]))
        var gradients = inputs[3..<3 + forward.projections].map { Reference(zeros: $0.shape) }
        func add(_ part: Int, _ token: Int, _ column: Int, _ amount: Double) {
            if forward.isFused {
                gradients[0][token, part * view.width + column] += amount
            } else {
                gradients[part][token, column] += amount
            }
        }
        view.forEachRow { row in
            let base = row.head * view.headWidth
            let scores = view.scores(row)
            let probabilities = scores.map { exp($0 - inputs[2][row.number, row.head]) }
            let upstream = probabilities.indices.map { key in
                let sum = (0..<view.headWidth).reduce(0) { $0 + arriving[row.number, base + $1] * view.v(row, key, $1) }
                return sum * view.multiplier(row, key)
            }
            let mean = zip(probabilities, upstream).reduce(0) { $0 + $1.0 * $1.1 }
            for key in probabilities.indices {
                let score = probabilities[key] * (upstream[key] - mean) * view.scale
                let weight = probabilities[key] * view.multiplier(row, key)
                for column in 0..<view.headWidth {
                    add(0, row.token, base + column, score * view.k(row, key, column))
                    add(1, row.start + key, base + column, score * view.q(row, column))
                    add(2, row.start + key, base + column, weight * arriving[row.number, base + column])
                }
            }
        }
        return gradients
    }
}

/// Naive access to an attention's operands.
private struct AttentionView {
    struct Row {
        let sequence: Int
        let start: Int
        let length: Int
        let token: Int
        /// Of the output.
        let number: Int
        let head: Int
    }

    let operation: Attention
    let inputs: [Reference]
    /// Of the output.
    var rows: Int { operation.queries == .all ? inputs[0].rows : offsets.values.count - 1 }
    let width: Int
    var headWidth: Int { width / operation.heads }
    var scale: Double { 1 / Double(headWidth).squareRoot() }
    private var offsets: Reference { inputs[operation.projections] }

    init(_ operation: Attention, _ inputs: [Reference]) {
        self.operation = operation
        self.inputs = inputs
        width = inputs[0].columns / (operation.isFused ? 3 : 1)
    }

    func forEachRow(_ body: (Row) -> Void) {
        for sequence in 0..<offsets.values.count - 1 {
            let start = offsets.integer(sequence)
            let length = offsets.integer(sequence + 1) - start
            for token in start..<start + (operation.queries == .all ? length : 1) {
                let number = operation.queries == .all ? token : sequence
                for head in 0..<operation.heads {
                    body(
                        Row(sequence: sequence, start: start, length: length, token: token, number: number, head: head)
                    )
                }
            }
        }
    }

    private func element(_ part: Int, _ token: Int, _ column: Int) -> Double {
        operation.isFused ? inputs[0][token, part * width + column] : inputs[part][token, column]
    }

    func q(_ row: Row, _ column: Int) -> Double { element(0, row.token, row.head * headWidth + column) }
    func k(_ row: Row, _ key: Int, _ column: Int) -> Double {
        element(1, row.start + key, row.head * headWidth + column)
    }
    func v(_ row: Row, _ key: Int, _ column: Int) -> Double {
        element(2, row.start + key, row.head * headWidth + column)
    }

    /// Scaled scores of the keys that the row sees.
    func scores(_ row: Row) -> [Double] {
        let visible = operation.mask == .causal ? row.token - row.start + 1 : row.length
        return (0..<visible).map { key in
            (0..<headWidth).reduce(0) { $0 + q(row, $1) * k(row, key, $1) } * scale
        }
    }

    /// The dropout's multiplier of a probability.
    func multiplier(_ row: Row, _ key: Int) -> Double {
        guard let dropout = operation.dropout else { return 1 }
        let random = inputs[(operation.projections + 1)...].map { $0 }
        let kept = dropout.keeps(
            seed: random[0].word(0),
            step: random[1].word(0),
            example: random[2].word(row.sequence),
            position: UInt32(row.token - row.start),
            element: UInt32(row.head << 18 | key)
        )
        return kept ? 1 / (1 - Double(dropout.rate)) : 0
    }
}

extension Graph {
    /// Attention of each packed sequence to itself, from fused projections.
    ///
    /// - Parameters:
    ///   - fused: float32 [tokens, 3·width], each row q | k | v.
    ///   - sequences: which rows belong together; of an evaluation graph, nothing is dropped.
    ///   - queries: whose outputs are wanted.
    /// - Returns: float32 [tokens, width], or [sequences, width] of first tokens only; heads side by side.
    package mutating func attention(
        fused: Value,
        sequences: PackedSequences,
        heads: Int,
        mask: Attention.Mask = .bidirectional,
        queries: Attention.Queries = .all,
        dropoutRate: Float = 0
    ) -> Value {
        attention([fused], sequences, heads, mask, queries, dropoutRate)
    }

    /// Attention of each packed sequence to itself, from separate projections, each float32 [tokens, width].
    package mutating func attention(
        q: Value,
        k: Value,
        v: Value,
        sequences: PackedSequences,
        heads: Int,
        mask: Attention.Mask = .bidirectional,
        dropoutRate: Float = 0
    ) -> Value {
        attention([q, k, v], sequences, heads, mask, .all, dropoutRate)
    }

    private mutating func attention(
        _ projections: [Value],
        _ sequences: PackedSequences,
        _ heads: Int,
        _ mask: Attention.Mask,
        _ queries: Attention.Queries,
        _ rate: Float
    ) -> Value {
        let dropout = rowDropout(rate, sequences.sequenceRows)?.dropout
        let operation = Attention(
            heads: heads,
            mask: mask,
            queries: queries,
            isFused: projections.count == 1,
            dropout: dropout
        )
        let random = dropout == nil ? [] : sequences.sequenceRows?.values ?? []
        return apply(operation, to: projections + [sequences.offsets] + random).outputs[0]
    }
}
