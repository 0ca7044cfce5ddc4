import Foundation

/// Attention in naive float64 arithmetic, from its operands.
struct AttentionView {
    struct Row {
        let sequence: Int
        let start: Int
        let length: Int
        let token: Int
        /// Of the output.
        let number: Int
        let head: Int
    }

    /// q, k and v, or one tensor that holds them side by side.
    let projections: [Reference]
    /// Offsets, then the dropout's random coordinates.
    let others: [Reference]
    let heads: Int
    let mask: Attention.Mask
    let dropout: Dropout?
    /// Whether only each sequence's first token is a query; the output then has a row a sequence.
    var queriesFirstTokensOnly = false

    var sequences: Int { others[0].values.count - 1 }
    var width: Int { projections[0].columns / (isFused ? 3 : 1) }
    var headWidth: Int { width / heads }
    var scale: Double { 1 / Double(headWidth).squareRoot() }
    private var isFused: Bool { projections.count == 1 }
    private var rows: Int { queriesFirstTokensOnly ? sequences : projections[0].rows }

    /// The output [rows, width], and each row's log-sum-exp of scores [rows, heads].
    func attended() -> (output: Reference, logSumExp: Reference) {
        var output = Reference(zeros: [rows, width])
        var logSumExp = Reference(zeros: [rows, heads])
        forEachRow { row in
            let scores = scores(row)
            let maximum = scores.reduce(-Double.infinity, max)
            let sum = scores.reduce(0) { $0 + exp($1 - maximum) }
            logSumExp[row.number, row.head] = maximum + log(sum)
            for (key, score) in scores.enumerated() {
                let probability = exp(score - maximum) / sum * multiplier(row, key)
                for column in 0..<headWidth {
                    output[row.number, row.head * headWidth + column] += probability * v(row, key, column)
                }
            }
        }
        return (output, logSumExp)
    }

    /// Gradients of the projections; rows of q that are no queries have gradient 0.
    func gradients(of arriving: Reference, logSumExp: Reference) -> [Reference] {
        var gradients = projections.map { Reference(zeros: $0.shape) }
        func add(_ part: Int, _ token: Int, _ column: Int, _ amount: Double) {
            if isFused {
                gradients[0][token, part * width + column] += amount
            } else {
                gradients[part][token, column] += amount
            }
        }
        forEachRow { row in
            let base = row.head * headWidth
            let probabilities = scores(row).map { exp($0 - logSumExp[row.number, row.head]) }
            let upstream = probabilities.indices.map { key in
                let sum = (0..<headWidth).reduce(0) { $0 + arriving[row.number, base + $1] * v(row, key, $1) }
                return sum * multiplier(row, key)
            }
            let mean = zip(probabilities, upstream).reduce(0) { $0 + $1.0 * $1.1 }
            for key in probabilities.indices {
                let score = probabilities[key] * (upstream[key] - mean) * scale
                let weight = probabilities[key] * multiplier(row, key)
                for column in 0..<headWidth {
                    add(0, row.token, base + column, score * k(row, key, column))
                    add(1, row.start + key, base + column, score * q(row, column))
                    add(2, row.start + key, base + column, weight * arriving[row.number, base + column])
                }
            }
        }
        return gradients
    }

    func forEachRow(_ body: (Row) -> Void) {
        for sequence in 0..<sequences {
            let start = others[0].integer(sequence)
            let length = others[0].integer(sequence + 1) - start
            for token in start..<start + (queriesFirstTokensOnly ? 1 : length) {
                let number = queriesFirstTokensOnly ? sequence : token
                for head in 0..<heads {
                    body(
                        Row(sequence: sequence, start: start, length: length, token: token, number: number, head: head)
                    )
                }
            }
        }
    }

    private func element(_ part: Int, _ token: Int, _ column: Int) -> Double {
        isFused ? projections[0][token, part * width + column] : projections[part][token, column]
    }

    func q(_ row: Row, _ column: Int) -> Double { element(0, row.token, row.head * headWidth + column) }
    func k(_ row: Row, _ key: Int, _ column: Int) -> Double {
        element(1, row.start + key, row.head * headWidth + column)
    }
    func v(_ row: Row, _ key: Int, _ column: Int) -> Double {
        element(2, row.start + key, row.head * headWidth + column)
    }

    /// Scaled scores of the keys that the row attends to.
    func scores(_ row: Row) -> [Double] {
        let visible = mask == .causal ? row.token - row.start + 1 : row.length
        return (0..<visible).map { key in
            (0..<headWidth).reduce(0) { $0 + q(row, $1) * k(row, key, $1) } * scale
        }
    }

    /// Probabilities of a row's keys after dropout.
    func weights(_ row: Row, logSumExp: Reference) -> [Double] {
        scores(row).enumerated().map { exp($1 - logSumExp[row.number, row.head]) * multiplier(row, $0) }
    }

    /// The dropout's multiplier of a probability.
    func multiplier(_ row: Row, _ key: Int) -> Double {
        guard let dropout else { return 1 }
        let kept = dropout.keeps(
            seed: others[1].word(0),
            step: others[2].word(0),
            example: others[3].word(row.sequence),
            position: UInt32(row.token - row.start),
            element: UInt32(row.head << 18 | key)
        )
        return kept ? 1 / (1 - Double(dropout.rate)) : 0
    }
}
